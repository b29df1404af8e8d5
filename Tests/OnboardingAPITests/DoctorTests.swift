import AMQP
import CloudKMS
import Testing

@testable import onboarding_api

@Suite struct DoctorTests {
  @Test(arguments: [
    (0.004, Finding.Verdict.ok), (-5, .ok), (5.001, .warning), (-29.9, .warning), (30, .warning), (30.001, .failed),
    (-3_600, .failed),
  ])
  func `clocks may be a little apart`(seconds: Double, verdict: Finding.Verdict) {
    let finding = Doctor.clockFinding(skew: .seconds(seconds))
    #expect(finding.verdict == verdict)
    #expect(finding.text.contains("\(Int(abs(seconds) * 1_000)) ms \(seconds < 0 ? "behind" : "ahead of")"))
    #expect((finding.advice == nil) == (verdict == .ok))
  }

  @Test(arguments: [
    (1, 0, Finding.Verdict.ok, ""), (1, 3, .warning, "dead-letters"), (0, 0, .warning, "start the service"),
    (0, 3, .warning, "start the service"),
  ])
  func `a queue that nobody reads, or whose commands were given up, is no fault yet`(
    consumers: Int, dead: Int, verdict: Finding.Verdict, advice: String
  ) {
    let finding = Doctor.queueFinding(
      "kms.verify", AMQPQueueState(messages: 7, consumers: consumers), deadLetters: dead)
    #expect(finding.verdict == verdict)
    #expect(finding.text == "kms.verify: 7 waiting, \(consumers) consuming, \(dead) given up")
    #expect(finding.advice == nil ? verdict == .ok : finding.advice?.contains(advice) == true)
  }

  @Test func `a cloud without an identity is a warning, one that refuses it a fault`() {
    let failure = KMSFailure(reason: .noCredentials, isPermanent: true, seal: .no, hint: "Set it.")
    #expect(Doctor.finding(of: failure, at: .gcp).verdict == .warning)
    #expect(Doctor.finding(of: failure, at: .gcp).advice == "Set it.")
    var detailed = failure
    detailed.operatorDetail = "Tried: the file /x."
    #expect(Doctor.finding(of: detailed, at: .gcp).advice == "Set it. Tried: the file /x.")
    let refused = KMSFailure(reason: .platformCredentials, isPermanent: true, seal: .no, hint: "Mend it.")
    #expect(Doctor.finding(of: refused, at: .aws).verdict == .failed)
  }

  @Test func `a finding is a line, and its advice another`() {
    #expect("\(Finding.ok("broker", "connected"))" == "ok       broker    connected")
    #expect(
      "\(Finding.failed("schema", "not there", advice: "migrate"))"
        == "failed   schema    not there\n                   → migrate")
  }
}
