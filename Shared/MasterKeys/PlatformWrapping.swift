public import CloudKMS
public import FoundationEssentials
import JSON
public import Repository

/// The platform's own wrapping of tenants' master keys: under a KMS key of its own where it has one, else under the
/// deployment's.
public struct PlatformWrapping: Sendable {
  /// How long making a key may take, in seconds.
  public static let patience = 30.0

  /// The KMS key that wraps; nil where the deployment's own key does.
  public let operatorKey: OperatorKeyReference?
  private let global: LocalKeyEncryptionKey
  private let clouds: Clouds

  /// Creates the wrapping; asks nobody yet.
  /// - Parameters:
  ///   - global: the deployment's own key.
  ///   - operatorKey: the KMS key that wraps instead of it (`OPERATOR_KMS_KEY`), or nil.
  ///   - clouds: this platform's standing at each cloud.
  public init(global: LocalKeyEncryptionKey, operatorKey: OperatorKeyReference?, clouds: Clouds) {
    self.global = global
    self.operatorKey = operatorKey
    self.clouds = clouds
  }

  /// How new keys are wrapped.
  public var method: KeyVersion.WrapMethod { operatorKey == nil ? .global : .operatorKMS }

  /// Makes a new master key and gives it away only wrapped; a KMS key has unwrapped it once before. Stores nothing.
  ///
  /// Suspends for as long as the network takes, at most ``patience``.
  /// - Parameters:
  ///   - version: its version.
  ///   - tenantID: whose it is.
  ///   - time: now.
  /// - Throws: ``MasterKeyError`` with `platformKey` where the KMS key won't; `KMSFailure` with `.integrity`, which would
  ///   be a defect of this process.
  public func newKey(_ version: Int32, of tenantID: UUID, at time: Date) async throws -> NewKeyVersion {
    let id = UUID.v7(at: time)
    guard let operatorKey else {
      let wrapped = try global.wrapNewKey(tenantID: tenantID, keyID: id, keyVersion: UInt32(version))
      return NewKeyVersion(
        id: id, version: version, wrapping: Wrapping(method: .global, wrappedKey: wrapped, provider: nil))
    }
    let wrapped = try await wrapNewKey(
      by: operatorKey, EncryptionContext(tenantID: tenantID, keyVersion: UInt32(version)), at: time)
    let provider = ProviderKey(
      name: operatorKey.provider.storedOperatorName, keyReference: operatorKey.keyReference, configuration: [:],
      wrappingKey: wrapped.keyReference)
    return NewKeyVersion(
      id: id, version: version,
      wrapping: Wrapping(method: .operatorKMS, wrappedKey: wrapped.ciphertext, provider: provider))
  }

  /// Has the KMS key wrap random bytes and unwrap them again; without one there is nothing to try.
  /// - Parameter time: now.
  /// - Returns: what answered: for AWS the key's ARN, for the other clouds the version of the key.
  /// - Throws: ``MasterKeyError`` with `platformKey`.
  public func tryOut(at time: Date) async throws(MasterKeyError) -> String? {
    guard let operatorKey else { return nil }
    return try await wrapNewKey(
      by: operatorKey, EncryptionContext(tenantID: UUID(), keyVersion: 0, purpose: .verification), at: time
    ).keyReference
  }

  /// Whether this is what wrapped a key: the same method, and the same KMS key.
  public func made(_ wrapping: Wrapping) -> Bool {
    wrapping.method == method && wrapping.provider?.keyReference == operatorKey?.keyReference
  }

  private func wrapNewKey(
    by key: OperatorKeyReference, _ context: EncryptionContext, at time: Date
  ) async throws(MasterKeyError) -> WrappedKey {
    do throws(KMSFailure) {
      return try await clouds.key(key, deadline: time.addingTimeInterval(Self.patience)).wrapNewKey(context: context)
    } catch { throw MasterKeyError(.platformKey(error)) }
  }
}
