public import Cryptography
public import FoundationEssentials

/// Tries a candidate key out, stage by stage, before anything is stored.
public struct KeyVerifier: Sendable {
  private let clouds: Clouds
  private let policy: VerificationPolicy
  private let clock: KMSClock
  private let random: RandomSource

  /// Creates a verifier.
  /// - Parameters:
  ///   - clouds: whose keys it tries.
  ///   - policy: what is demanded. Default: `VerificationPolicy()`.
  ///   - clock: times the stages. Default: the machine's.
  ///   - random: where probes and new keys come from. Default: the system.
  public init(
    clouds: Clouds, policy: VerificationPolicy = VerificationPolicy(), clock: KMSClock = .system,
    random: RandomSource = .system
  ) {
    self.clouds = clouds
    self.policy = policy
    self.clock = clock
    self.random = random
  }

  /// Runs every stage in order; changes nothing anywhere.
  ///
  /// Suspends for a second or so, or for as long as the policy's patience where a stage is denied, but never beyond the
  /// deadline. Cancelling the task ends it with `.unreachable`.
  /// - Parameters:
  ///   - candidate: the key.
  ///   - tenantID: whose key; names the session and the context.
  ///   - keyVersion: the version that the context names.
  ///   - deadline: when nobody waits for the answer any more.
  ///   - progress: told of each stage as it goes. Default: nobody.
  /// - Throws: the failure of the stage that did not pass; the later ones were not tried.
  public func verify(
    _ candidate: KMSCandidate, tenantID: UUID, keyVersion: UInt32, deadline: Date,
    progress: @escaping @Sendable (VerificationProgress) -> Void = { _ in }
  ) async throws(KMSFailure) -> VerificationReport {
    var run = VerificationRun(policy: policy, clock: clock, deadline: deadline, progress: progress)
    let probe = try clouds.probe(
      candidate, for: KeyUse(tenantID: tenantID, deadline: deadline), random: random)
    return try await run.run(
      probe, wrapping: .random(count: 32, from: random),
      context: EncryptionContext(tenantID: tenantID, keyVersion: keyVersion, purpose: .verification),
      warnings: candidate.warnings)
  }

  /// Makes a new tenant master key and gives it away only wrapped by the candidate, after unwrapping it once.
  /// - Parameters: as of `verify`, which must have passed.
  /// - Throws: the failure of wrapping or unwrapping.
  public func wrapNewKey(
    _ candidate: KMSCandidate, tenantID: UUID, keyVersion: UInt32, deadline: Date
  ) async throws(KMSFailure) -> WrappedKey {
    try await clouds.key(candidate, deadline: deadline).wrapNewKey(
      context: EncryptionContext(tenantID: tenantID, keyVersion: keyVersion), random: random)
  }
}
