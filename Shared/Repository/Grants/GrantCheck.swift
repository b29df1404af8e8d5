/// A look at a tenant's grant that is due and that nobody else takes.
public struct GrantCheck: Sendable, Equatable {
  /// What to unwrap: the tenant's active version.
  public let version: KeyVersion
  /// How the grant stood before.
  public let state: GrantState
}
