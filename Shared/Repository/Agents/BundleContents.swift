public import FoundationEssentials

/// What a session's bundle is made of, as it stood at one moment.
public struct BundleContents: Sendable {
  /// The most values of one bundle.
  public static let maximumValues = 5_000
  /// The most bytes of one bundle's payloads together: 8 MiB.
  public static let maximumByteCount = 8 << 20

  /// The version that new wraps use.
  public let activeVersion: Int32
  /// Whether the tenant's own key wraps the active version, or any that a value is still under: sessions are short then.
  public let isUnderCustomerKey: Bool
  /// Every value, ordered by the secret's name and the environment's.
  public let values: [Value]

  /// One value of a secret.
  public struct Value: Sendable {
    /// The secret.
    public let secret: Secret
    /// The environment's name.
    public let environment: String
    /// When this value expires, by its own expiry or else the secret's, if ever.
    public let expiresAt: Date?
    /// The value, encrypted.
    public let encrypted: EncryptedValue
    /// Whether the key version that it is under was revoked: then it is gone for good.
    public let isErased: Bool
  }
}
