public import FoundationEssentials

/// What a wrapped key is bound to: it unwraps for no other tenant, version or purpose.
///
/// AWS KMS takes it as the encryption context, which its CloudTrail shows in the clear; nothing in it is secret.
public struct EncryptionContext: Sendable, Hashable {
  /// What a wrapped key is for: an open set.
  public struct Purpose: RawRepresentable, Sendable, Hashable {
    /// The name, as the context carries it.
    public let rawValue: String

    /// Names a purpose.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A tenant's master key.
    public static let tenantMasterKey = Purpose(rawValue: "tenant-master-key")

    /// The random bytes that a verification wraps and unwraps.
    public static let verification = Purpose(rawValue: "verification")
  }

  /// Whose key.
  public var tenantID: UUID

  /// Which version of the tenant's master key.
  public var keyVersion: UInt32

  /// What the key is for.
  public var purpose: Purpose

  /// Creates a context. Default purpose: a tenant's master key.
  public init(tenantID: UUID, keyVersion: UInt32, purpose: Purpose = .tenantMasterKey) {
    self.tenantID = tenantID
    self.keyVersion = keyVersion
    self.purpose = purpose
  }

  /// The context as names and values: the UUID in lower case, the version in decimal.
  public var members: [String: String] {
    ["tenant_id": tenantID.uuidString.lowercased(), "key_version": String(keyVersion), "purpose": purpose.rawValue]
  }
}
