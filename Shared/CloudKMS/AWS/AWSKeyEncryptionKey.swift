public import Cryptography
internal import FoundationEssentials

/// A customer's AWS KMS key, used through the customer's role.
///
/// Every use assumes the role anew and forgets its credentials: kept ones would go on working for up to 15 minutes after
/// the customer has closed the door. A use is two requests, one to STS and one to KMS, both in the key's region.
public struct AWSKeyEncryptionKey: KeyEncryptionKey {
  private let configuration: AWSKeyConfiguration
  private let caller: AWSCaller

  /// Creates the key-encryption key; asks nobody yet.
  public init(configuration: AWSKeyConfiguration, platform: AWSPlatform) {
    self.init(configuration: configuration, platform: platform, deadline: nil)
  }

  init(configuration: AWSKeyConfiguration, platform: AWSPlatform, deadline: Date?) {
    self.configuration = configuration
    caller = AWSCaller(
      platform: platform, region: configuration.region, partition: configuration.partition, deadline: deadline)
  }

  /// Encrypts a key of 1 to 4096 bytes (KMS API, `Encrypt`).
  public func wrap(_ key: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    try await RoleSession(assuming: configuration, for: context.tenantID, through: caller)
      .encrypt(key, under: configuration.keyARN, context: context)
  }

  /// Decrypts a wrapped key with the very key that wrapped it (KMS API, `Decrypt`), wherever the alias points now.
  public func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    try await RoleSession(assuming: configuration, for: context.tenantID, through: caller)
      .decrypt(wrapped, context: context)
  }
}
