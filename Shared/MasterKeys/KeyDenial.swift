public import CloudKMS
public import Repository

/// A denial that a request met when it needed a tenant's active key version, confirmed by a second try.
public struct KeyDenial: Sendable {
  /// What didn't unwrap, as it was read before.
  public let version: KeyVersion
  /// What the customer's cloud said.
  public let failure: KMSFailure

  /// - Returns: nil where the failure seals nobody: an older version's says nothing about the grant, and the deployment's
  ///   own key is not a customer's.
  init?(_ version: KeyVersion, _ error: any Error) {
    guard version.status == .active, version.wrapping.method == .customerKMS,
      case .sealed(let failure)? = (error as? MasterKeyError)?.code, failure.seal == .now
    else { return nil }
    self.version = version
    self.failure = failure
  }
}
