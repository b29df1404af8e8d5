internal import Cryptography
internal import FoundationEssentials

/// One verification: its stages one after the other, each with its time, its tries and what is told about it.
struct VerificationRun {
  private let policy: VerificationPolicy
  private let clock: KMSClock
  private let deadline: Date
  private let progress: @Sendable (VerificationProgress) -> Void
  private let start: Date
  private var checks: [VerificationCheck] = []

  init(
    policy: VerificationPolicy, clock: KMSClock, deadline: Date,
    progress: @escaping @Sendable (VerificationProgress) -> Void
  ) {
    self.policy = policy
    self.clock = clock
    self.deadline = deadline
    self.progress = progress
    start = clock.now()
  }

  /// - Parameters:
  ///   - probe: what is asked.
  ///   - secret: the random bytes that are wrapped and unwrapped.
  ///   - context: what they are bound to.
  ///   - warnings: what is known before anybody was asked.
  mutating func run(
    _ probe: Probe, wrapping secret: SecretBytes, context: EncryptionContext, warnings: [String]
  ) async throws(KMSFailure) -> VerificationReport {
    var warnings = warnings
    let policy = policy
    _ = try await pass(.validate, { _ in probe.key }) { () throws(KMSFailure) in () }
    _ = try await pass(.credentials, { $0 }) { () throws(KMSFailure) in try await probe.identity() }
    let key = try await pass(.assumeRole, { _ in probe.access }) { () throws(KMSFailure) in try await probe.open() }
    for safeguard in probe.safeguards {
      let finding = try await pass(safeguard.stage, { $0.detail }) { () throws(KMSFailure) in
        try await safeguard.check(policy)
      }
      if let warning = finding.warning { warnings.append(warning) }
    }
    let wrapped = try await pass(.encrypt, { "encrypted by \($0.keyReference)" }) { () throws(KMSFailure) in
      try await key.wrap(secret, context: context)
    }
    _ = try await pass(.decrypt, { _ in "decrypted to the same bytes" }) { () throws(KMSFailure) in
      guard try await key.unwrap(wrapped, context: context) == secret else { throw .changedKey(stage: .decrypt) }
    }
    if let key = key as? any InspectableKey {
      let inspection = try await pass(.keyState, { $0.detail }) { () throws(KMSFailure) in
        await key.inspect(context: context)
      }
      warnings += inspection.warnings
    }
    return VerificationReport(checks: checks, warnings: warnings, keyReference: wrapped.keyReference)
  }

  /// Runs a stage, again where it is denied and there is patience left, and tells how it goes.
  private mutating func pass<Result>(
    _ stage: VerificationStage, _ detail: (Result) -> String,
    _ body: () async throws(KMSFailure) -> Result
  ) async throws(KMSFailure) -> Result {
    progress(.started(stage))
    let began = clock.now()
    var pause = policy.firstPause
    while true {
      do {
        let result = try await body()
        finish(stage, ok: true, began, detail(result))
        return result
      } catch {
        var failure = error
        failure.stage = stage
        guard failure.reason == .accessDenied, mayPause(pause) else {
          finish(stage, ok: false, began, failure.hint)
          throw failure
        }
        progress(.waiting(stage, failure))
        try await sleep(pause, in: stage)
        pause = min(pause * 2, policy.longestPause)
      }
    }
  }

  private func mayPause(_ pause: Duration) -> Bool {
    let end = clock.now().addingTimeInterval(pause.seconds)
    return end <= start.addingTimeInterval(policy.patience.seconds) && end < deadline
  }

  private func sleep(_ pause: Duration, in stage: VerificationStage) async throws(KMSFailure) {
    do { try await clock.sleep(pause) } catch {
      throw .unreachable("The verification was given up before it was done.", stage: stage)
    }
  }

  private mutating func finish(_ stage: VerificationStage, ok: Bool, _ began: Date, _ detail: String) {
    let ms = max(0, Int(clock.now().timeIntervalSince(began) * 1000))
    let check = VerificationCheck(stage: stage, ok: ok, ms: ms, detail: detail)
    checks.append(check)
    progress(.finished(check))
  }
}

extension Duration {
  fileprivate var seconds: Double { self / .seconds(1) }
}
