public import CloudKMS
public import Cryptography
public import Repository

/// Unwraps key versions that customers' keys wrapped, and doesn't take the first no for an answer.
public struct CustomerKeyUnwrapper: Sendable {
  /// How long after a denial it is asked again, unless told.
  public static let confirmation = Duration.milliseconds(500)

  private let clouds: Clouds
  private let confirmation: Duration
  private let clock: KMSClock

  /// Creates an unwrapper.
  /// - Parameters:
  ///   - clouds: this platform's standing at each cloud.
  ///   - confirmation: how long after a denial it is asked again; 500 milliseconds unless told.
  ///   - clock: measures that; the machine's unless told.
  public init(clouds: Clouds, confirmation: Duration = Self.confirmation, clock: KMSClock = .system) {
    self.clouds = clouds
    self.confirmation = confirmation
    self.clock = clock
  }

  /// Unwraps a version by getting in and decrypting, each time anew: kept credentials would outlive a revoked grant. A
  /// denial that would seal the tenant, unless it is sealed already, is confirmed by a second try, since IAM is
  /// eventually consistent.
  /// - Throws: what the second try throws, where there was one.
  @Sendable public func unwrap(_ version: KeyVersion) async throws(KMSFailure) -> SecretBytes {
    let denial: KMSFailure
    do { return try await unwrapOnce(version) } catch {
      guard error.seal == .now, version.seal == nil else { throw error }
      denial = error
    }
    do { try await clock.sleep(confirmation) } catch { throw denial }
    return try await unwrapOnce(version)
  }

  private func unwrapOnce(_ version: KeyVersion) async throws(KMSFailure) -> SecretBytes {
    guard let provider = version.wrapping.provider else {
      throw KMSFailure(
        reason: .invalidRequest, isPermanent: true, seal: .reject, hint: "No customer's key wrapped this version.")
    }
    let key = try KMSCandidate.stored(
      provider.name, keyReference: provider.keyReference, configuration: provider.configuration)
    return try await clouds.key(key).unwrap(
      WrappedKey(ciphertext: version.wrapping.wrappedKey, keyReference: provider.wrappingKey),
      context: EncryptionContext(tenantID: version.tenantID, keyVersion: UInt32(version.version)))
  }
}
