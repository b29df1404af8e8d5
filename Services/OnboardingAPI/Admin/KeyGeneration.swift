import CloudKMS
import Commands
import FoundationEssentials
import JSON
import MasterKeys
import Repository

/// Has new versions of tenants' master keys made: by a verifier under a customer's key, in this process under the
/// platform's wrapping. Stores nothing.
struct KeyGeneration: Sendable {
  let verification: KeyVerification
  let platform: PlatformWrapping

  /// A new key under a customer's, once that has passed every stage of the verification.
  /// - Throws: as ``KeyVerification/verify(_:for:keyVersion:wrapsNewKey:progress:)``.
  func newKey(
    _ version: Int32, of tenantID: UUID, under candidate: KMSCandidate,
    progress: KeyVerification.Progress? = nil
  ) async throws -> (key: NewKeyVersion, provider: ProviderKey, warnings: [String]) {
    let verified = try await verification.verify(
      candidate, for: tenantID, keyVersion: version, wrapsNewKey: true, progress: progress)
    guard let wrappedKey = verified.wrappedKey else { throw APIError.internal }
    let provider = ProviderKey(
      name: candidate.provider.storedName, keyReference: candidate.keyReference,
      configuration: candidate.configurationJSON, wrappingKey: verified.wrappingKey)
    let key = NewKeyVersion(
      id: .v7(at: Date()), version: version,
      wrapping: Wrapping(method: .customerKMS, wrappedKey: [UInt8](wrappedKey), provider: provider))
    return (key, provider, verified.warnings)
  }

  /// A new key under the platform's wrapping.
  /// - Throws: as ``PlatformWrapping/newKey(_:of:at:)``.
  func newPlatformKey(_ version: Int32, of tenantID: UUID) async throws -> NewKeyVersion {
    try await platform.newKey(version, of: tenantID, at: Date())
  }
}

extension KMSConfiguration {
  /// The candidate that this was when it was onboarded.
  /// - Throws: 400 `kms_verify_failed` where this version of the software doesn't take it any more.
  var candidate: KMSCandidate {
    get throws(APIError) {
      do { return try KMSCandidate.stored(provider, keyReference: keyReference, configuration: configuration) } catch {
        throw .verificationFailed(
          VerifyKeyReply.Refusal(
            reason: error.reason.rawValue, stage: VerificationStage.validate.rawValue, providerCode: nil,
            hint: error.hint))
      }
    }
  }
}
