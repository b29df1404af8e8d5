public import CloudKMS
public import Cryptography
import JSON
public import Repository

/// Unwraps a stored key version by whatever wrapped it.
public struct KeyUnwrapper: Sendable {
  private let global: LocalKeyEncryptionKey
  private let aws: AWSPlatform

  /// Creates an unwrapper.
  /// - Parameters:
  ///   - global: the deployment's own key.
  ///   - aws: this platform's standing at AWS.
  public init(global: LocalKeyEncryptionKey, aws: AWSPlatform) {
    self.global = global
    self.aws = aws
  }

  /// Unwraps a version. Under a customer's key that is one AssumeRole and one Decrypt, each time: cached role
  /// credentials would outlive a revoked grant.
  /// - Throws: ``MasterKeyError`` with `revoked` or `sealed`.
  @Sendable public func unwrap(_ version: KeyVersion) async throws(MasterKeyError) -> SecretBytes {
    guard version.status != .revoked else { throw MasterKeyError(.revoked(version.version)) }
    do throws(KMSFailure) {
      let number = UInt32(version.version)
      guard let provider = version.wrapping.provider else {
        return try global.unwrap(
          version.wrapping.wrappedKey, tenantID: version.tenantID, keyID: version.id, keyVersion: number)
      }
      let key = AWSKeyEncryptionKey(configuration: try configuration(of: provider), platform: aws)
      return try await key.unwrap(
        WrappedKey(ciphertext: version.wrapping.wrappedKey, keyReference: provider.wrappingKey),
        context: EncryptionContext(tenantID: version.tenantID, keyVersion: number))
    } catch { throw MasterKeyError(.sealed(error)) }
  }

  private func configuration(of stored: ProviderKey) throws(KMSFailure) -> AWSKeyConfiguration {
    do {
      return try KMSCandidate.parse([
        "provider": .string(KMSProvider(storedName: stored.name)?.rawValue ?? stored.name),
        "kms_key_ref": .string(stored.keyReference), "config": stored.configuration,
      ]).aws
    } catch {
      throw KMSFailure(
        reason: .invalidRequest, isPermanent: true, seal: .reject,
        hint: "The configuration that this key version was stored with is not one that this version understands.")
    }
  }
}
