internal import Cryptography
internal import FoundationEssentials

/// A key of the platform's own in a cloud (wrap method `operator_kms`), used as the platform itself.
struct OperatorKey<Platform: CloudPlatform>: KeyEncryptionKey {
  let name: Platform.KeyName
  let platform: Platform
  let deadline: Date?

  func wrap(_ key: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    try await platform.openOwn(name, for: use(context)).wrap(key, context: context)
  }

  func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    try await platform.openOwn(name, for: use(context)).unwrap(wrapped, context: context)
  }

  private func use(_ context: EncryptionContext) -> KeyUse {
    KeyUse(tenantID: context.tenantID, deadline: deadline)
  }
}
