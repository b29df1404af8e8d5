public import CloudKMS
public import Cryptography
public import Repository

/// Unwraps a stored key version by whatever wrapped it.
public struct KeyUnwrapper: Sendable {
  private let global: LocalKeyEncryptionKey
  private let platform: OperatorKeyUnwrapper
  private let customer: CustomerKeyUnwrapper

  /// Creates an unwrapper.
  /// - Parameters:
  ///   - global: the deployment's own key.
  ///   - platform: unwraps what KMS keys of the platform's own wrapped.
  ///   - customer: unwraps what customers' keys wrapped.
  public init(global: LocalKeyEncryptionKey, platform: OperatorKeyUnwrapper, customer: CustomerKeyUnwrapper) {
    self.global = global
    self.platform = platform
    self.customer = customer
  }

  /// Unwraps a version, under a customer's key as ``CustomerKeyUnwrapper/unwrap(_:)``.
  /// - Throws: ``MasterKeyError`` with `revoked`, `sealed` or `platformKey`.
  @Sendable public func unwrap(_ version: KeyVersion) async throws(MasterKeyError) -> SecretBytes {
    guard version.status != .revoked else { throw MasterKeyError(.revoked(version.version)) }
    do throws(KMSFailure) {
      switch version.wrapping.method {
      case .customerKMS: return try await customer.unwrap(version)
      case .operatorKMS: return try await platform.unwrap(version)
      case .global:
        return try global.unwrap(
          version.wrapping.wrappedKey, tenantID: version.tenantID, keyID: version.id,
          keyVersion: UInt32(version.version))
      }
    } catch {
      throw MasterKeyError(version.wrapping.method == .operatorKMS ? .platformKey(error) : .sealed(error))
    }
  }
}
