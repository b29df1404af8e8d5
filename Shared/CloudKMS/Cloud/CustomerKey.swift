public import Cryptography
public import FoundationEssentials

/// A customer's key in a cloud.
///
/// Every use gets in anew and forgets how: kept credentials would go on working for minutes after the customer has closed
/// the door.
public struct CustomerKey<Platform: CloudPlatform>: KeyEncryptionKey {
  private let configuration: Platform.Configuration
  private let platform: Platform
  private let deadline: Date?

  /// Creates the key-encryption key; asks nobody yet. Default: no deadline.
  public init(configuration: Platform.Configuration, platform: Platform, deadline: Date? = nil) {
    self.configuration = configuration
    self.platform = platform
    self.deadline = deadline
  }

  /// Encrypts a key of 1 to 4096 bytes.
  public func wrap(_ key: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    try await platform.open(configuration, for: use(context)).wrap(key, context: context)
  }

  /// Decrypts a wrapped key with the very key that wrapped it, wherever an alias points now.
  public func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    try await platform.open(configuration, for: use(context)).unwrap(wrapped, context: context)
  }

  private func use(_ context: EncryptionContext) -> KeyUse {
    KeyUse(tenantID: context.tenantID, deadline: deadline)
  }
}
