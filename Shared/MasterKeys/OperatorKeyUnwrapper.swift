public import CloudKMS
import Commands
public import Cryptography
public import Logging
public import Monitoring
public import Repository

/// Unwraps key versions that KMS keys of the platform's own wrapped: each by the key that is stored with it, whichever
/// wraps new ones now.
///
/// What goes wrong here is the operator's to mend and no tenant's business, so it is told to the log and counted.
public struct OperatorKeyUnwrapper: Sendable {
  private let clouds: Clouds
  private let failures: Counter
  private let logger: Logger

  /// Creates an unwrapper.
  /// - Parameters:
  ///   - clouds: this platform's standing at each cloud.
  ///   - metrics: where failures are counted, as `tenant_kms_platform_key_failures_total`.
  ///   - logger: is told of each failure, and what to do about it.
  public init(clouds: Clouds, metrics: MetricRegistry, logger: Logger) {
    self.clouds = clouds
    failures = metrics.counter(
      "tenant_kms_platform_key_failures_total", "Master keys that the platform's own KMS key didn't unwrap.")
    failures.add(0)
    self.logger = logger
  }

  /// Unwraps a version as the platform itself. It is asked once: nothing is sealed by a denial.
  /// - Throws: the failure as the cloud's table of meanings has it, or `.invalidRequest` where this version of the
  ///   software doesn't understand what wrapped the key.
  @Sendable public func unwrap(_ version: KeyVersion) async throws(KMSFailure) -> SecretBytes {
    do throws(KMSFailure) { return try await unwrapOnce(version) } catch {
      if !Task.isCancelled {
        failures.add()
        logger.error(
          "the platform's own KMS key doesn't unwrap",
          metadata: [
            "tenant_id": .string(version.tenantID.text),
            "kms_key_ref": "\(version.wrapping.provider?.keyReference ?? "")",
            "failure": "\(error)", "hint": "\(error.hint)",
          ])
      }
      throw error
    }
  }

  private func unwrapOnce(_ version: KeyVersion) async throws(KMSFailure) -> SecretBytes {
    guard let provider = version.wrapping.provider else {
      throw KMSFailure(
        reason: .invalidRequest, isPermanent: true, seal: .reject,
        hint: "No key of the platform's wrapped this version.")
    }
    let reference = try OperatorKeyReference.stored(provider.name, keyReference: provider.keyReference)
    return try await clouds.key(reference).unwrap(
      WrappedKey(ciphertext: version.wrapping.wrappedKey, keyReference: provider.wrappingKey),
      context: EncryptionContext(tenantID: version.tenantID, keyVersion: UInt32(version.version)))
  }
}
