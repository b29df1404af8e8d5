import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Locking
import Testing

@Suite struct KeyVerifierTests {
  /// A verification on a clock of its own, with all that was told about it.
  private final class Bench: Sendable {
    let time = ManualClock()
    let aws: ScriptedAWS
    let verifier: KeyVerifier
    private let log = Guarded<[VerificationProgress]>([])

    init(
      policy: VerificationPolicy = VerificationPolicy(),
      credentials: any AWSCredentialProvider = FixedCredentials(Sample.credentials),
      script: @escaping ScriptedAWS.Script = { _ in nil }
    ) {
      aws = ScriptedAWS(script: script)
      verifier = KeyVerifier(
        clouds: Clouds([AWSPlatform(transport: aws, credentials: credentials, clock: time.clock)]), policy: policy,
        clock: time.clock)
    }

    var progress: [VerificationProgress] { log.withLock { $0 } }

    func verify(within seconds: Double = 60, _ reference: String = Sample.keyARN) async throws -> VerificationReport {
      try await verifier.verify(
        Sample.candidate(keyReference: reference), tenantID: Sample.tenantID, keyVersion: 1,
        deadline: Sample.now + seconds
      ) { step in self.log.withLock { $0.append(step) } }
    }

    func refusal(within seconds: Double = 60) async throws -> KMSFailure? {
      do {
        _ = try await verify(within: seconds)
        return nil
      } catch let error as KMSFailure { return error }
    }
  }

  private static let assume = ScriptedAWS.Action.assumeRole(externalID: Sample.externalID)

  @Test func everyStagePassesInOrder() async throws {
    let bench = Bench()
    let report = try await bench.verify()
    #expect(report.checks.map(\.stage) == VerificationStage.allCases)
    #expect(report.checks.allSatisfy { $0.ok && $0.ms == 0 && !$0.detail.isEmpty })
    #expect(report.keyReference == Sample.keyARN)
    #expect(report.warnings.isEmpty)
    #expect(bench.progress == report.checks.flatMap { [.started($0.stage), .finished($0)] })
    #expect(
      VerificationStage.allCases.map(\.rawValue) == [
        "validate", "credentials", "assume_role", "confused_deputy", "encrypt", "decrypt", "key_state",
      ])
  }

  @Test func theRoleIsTriedWithoutAndWithAWrongExternalID() async throws {
    let bench = Bench()
    _ = try await bench.verify()
    let actions = bench.aws.actions
    #expect(actions.first == Self.assume)
    #expect(actions.dropFirst(3) == [.encrypt, .decrypt, .describe, .encryptWithoutContext])
    #expect(actions[1] == .assumeRole(externalID: nil))
    guard case .assumeRole(let wrong?) = actions[2] else {
      Issue.record("the third request presents a wrong external ID")
      return
    }
    #expect(wrong != Sample.externalID)
    #expect((2...1224).contains(wrong.utf8.count))
  }

  @Test func anAliasIsReportedAsTheKeyBehindIt() async throws {
    let report = try await Bench().verify("arn:aws:kms:us-east-1:111122223333:alias/a")
    #expect(report.keyReference == Sample.keyARN)
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("alias") == true)
  }

  @Test(arguments: [
    (ScriptedAWS.Action.encrypt, VerificationStage.encrypt), (.decrypt, .decrypt), (assume, .assumeRole),
  ])
  func aFailureNamesItsStageAndEndsTheRun(_ action: ScriptedAWS.Action, _ stage: VerificationStage) async throws {
    let bench = Bench { $0 == action ? (action == Self.assume ? .stsError("X") : .kmsError("X")) : nil }
    let found = try await bench.refusal()
    #expect(found?.stage == stage)
    #expect(bench.aws.actions.last == action)
    guard case .finished(let check) = bench.progress.last else {
      Issue.record("the last thing told is how the stage ended")
      return
    }
    #expect(check.stage == stage)
    #expect(!check.ok)
  }

  @Test func withoutCredentialsTheSecondStageFails() async throws {
    let bench = Bench(credentials: EnvironmentCredentials { _ in nil })
    let found = try await bench.refusal()
    #expect(found?.reason == .noCredentials)
    #expect(found?.stage == .credentials)
    #expect(bench.aws.actions.isEmpty)
  }

  @Test func aKeyThatDecryptsToOtherBytesIsRefused() async throws {
    let bench = Bench {
      $0 == .decrypt ? .json(200, ["KeyId": .string(Sample.keyARN), "Plaintext": "AAAA"]) : nil
    }
    let found = try await bench.refusal()
    #expect(found?.reason == .integrity)
    #expect(found?.stage == .decrypt)
  }

  @Test func anUnenforcedExternalIDIsRefused() async throws {
    let open: ScriptedAWS.Script = { if case .assumeRole = $0 { .xml(200, ScriptedAWS.credentials) } else { nil } }
    let found = try await Bench(script: open).refusal()
    #expect(found?.reason.rawValue == "external_id_not_enforced")
    #expect(found?.stage == .confusedDeputy)
    #expect(found?.isPermanent == true)
    #expect(found?.seal == .reject)
  }

  @Test func anExternalIDThatIsOnlyDemandedToBeThereIsRefused() async throws {
    let anyID: ScriptedAWS.Script = {
      if case .assumeRole(.some) = $0 { .xml(200, ScriptedAWS.credentials) } else { nil }
    }
    #expect(try await Bench(script: anyID).refusal()?.reason == .externalIDNotEnforced)
  }

  @Test func anUnenforcedExternalIDMayBeAWarning() async throws {
    var policy = VerificationPolicy()
    policy.unenforcedExternalID = .warn
    let bench = Bench(policy: policy) {
      if case .assumeRole = $0 { .xml(200, ScriptedAWS.credentials) } else { nil }
    }
    let report = try await bench.verify()
    #expect(report.checks.map(\.stage) == VerificationStage.allCases)
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("sts:ExternalId") == true)
  }

  @Test(arguments: [
    "Throttling", "InternalFailure", "RegionDisabledException", "SignatureDoesNotMatch", "ValidationError",
  ])
  func onlyADenialCountsAsEnforcement(_ code: String) async throws {
    let bench = Bench { if case .assumeRole(nil) = $0 { .stsError(code) } else { nil } }
    let found = try await bench.refusal()
    #expect(found?.stage == .confusedDeputy)
    #expect(found?.providerCode == code)
  }

  @Test func aTimeoutIsNoEnforcement() async throws {
    let bench = Bench { action throws(HTTPClientError) in
      guard case .assumeRole(let id) = action, id != Sample.externalID, id != nil else { return nil }
      throw HTTPClientError(code: .timeout(.response), reason: "sts")
    }
    let found = try await bench.refusal()
    #expect(found?.reason == .unreachable)
    #expect(found?.stage == .confusedDeputy)
  }

  @Test func aDenialIsTriedAgainUntilItPasses() async throws {
    let denials = Guarded(3)
    let bench = Bench { action in
      guard action == .encrypt,
        denials.withLock({
          $0 -= 1; return $0 >= 0
        })
      else { return nil }
      return .kmsError("AccessDeniedException")
    }
    let report = try await bench.verify()
    #expect(bench.time.sleeps == [.milliseconds(500), .seconds(1), .seconds(2)])
    #expect(report.checks.first { $0.stage == .encrypt }?.ms == 3500)
    let waits = bench.progress.filter { if case .waiting(.encrypt, _) = $0 { true } else { false } }
    #expect(waits.count == 3)
  }

  @Test func patienceEnds() async throws {
    let bench = Bench { _ in .stsError("AccessDenied") }
    let found = try await bench.refusal()
    #expect(found?.reason == .accessDenied)
    #expect(found?.stage == .assumeRole)
    #expect(bench.time.sleeps.reduce(.zero, +) <= .seconds(20))
    #expect(bench.time.sleeps.reduce(.zero, +) > .seconds(15))
    #expect(bench.time.sleeps.max() == .seconds(4))
  }

  @Test func theDeadlineEndsPatienceEarlier() async throws {
    let bench = Bench { _ in .stsError("AccessDenied") }
    #expect(try await bench.refusal(within: 2)?.reason == .accessDenied)
    #expect(bench.time.sleeps.reduce(.zero, +) < .seconds(2))
  }

  @Test(arguments: ["DisabledException", "NotFoundException", "ThrottlingException", "KMSInternalException"])
  func nothingButADenialIsTriedAgain(_ code: String) async throws {
    let bench = Bench { $0 == .encrypt ? .kmsError(code) : nil }
    #expect(try await bench.refusal()?.providerCode == code)
    #expect(bench.time.sleeps.isEmpty)
  }

  @Test func noRequestOutlivesTheDeadline() async throws {
    let bench = Bench()
    _ = try await bench.verify(within: 3)
    #expect(bench.aws.requests.allSatisfy { $0.timeout == .seconds(3) })
    let late = Bench()
    let found = try await late.refusal(within: 0)
    #expect(found?.reason == .unreachable)
    #expect(late.aws.requests.isEmpty)
  }

  @Test func cancellationEndsTheWaiting() async throws {
    let bench = Bench { _ in .stsError("AccessDenied") }
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await bench.refusal()
    }
    #expect(try await task.value?.reason == .unreachable)
  }

  @Test func aNewKeyComesWrapped() async throws {
    let bench = Bench()
    let wrapped = try await bench.verifier.wrapNewKey(
      Sample.candidate(), tenantID: Sample.tenantID, keyVersion: 7, deadline: Sample.now + 60)
    #expect(wrapped.keyReference == Sample.keyARN)
    let kek = try Sample.kek(bench.aws)
    let key = try await kek.unwrap(wrapped, context: EncryptionContext(tenantID: Sample.tenantID, keyVersion: 7))
    #expect(key.count == 32)
  }
}
