public import CloudKMS
public import Cryptography
public import Repository

/// Unwraps a stored key version by whatever wrapped it.
public struct KeyUnwrapper: Sendable {
  private let global: LocalKeyEncryptionKey
  private let customer: CustomerKeyUnwrapper

  /// Creates an unwrapper.
  /// - Parameters:
  ///   - global: the deployment's own key.
  ///   - customer: unwraps what customers' keys wrapped.
  public init(global: LocalKeyEncryptionKey, customer: CustomerKeyUnwrapper) {
    self.global = global
    self.customer = customer
  }

  /// Unwraps a version, under a customer's key as ``CustomerKeyUnwrapper/unwrap(_:)``.
  /// - Throws: ``MasterKeyError`` with `revoked` or `sealed`.
  @Sendable public func unwrap(_ version: KeyVersion) async throws(MasterKeyError) -> SecretBytes {
    guard version.status != .revoked else { throw MasterKeyError(.revoked(version.version)) }
    do throws(KMSFailure) {
      guard version.wrapping.provider == nil else { return try await customer.unwrap(version) }
      return try global.unwrap(
        version.wrapping.wrappedKey, tenantID: version.tenantID, keyID: version.id,
        keyVersion: UInt32(version.version))
    } catch { throw MasterKeyError(.sealed(error)) }
  }
}
