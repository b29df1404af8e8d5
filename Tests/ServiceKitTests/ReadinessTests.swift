import JSON
import Testing

@testable import ServiceKit

@Suite struct ReadinessTests {
  @Test func `a service with all that it needs is ready`() async {
    let report = await Readiness([.init("database") {}, .init("broker") {}]).report()
    #expect(report.isReady)
    #expect(report.json == ["ready": true, "dependencies": ["database": ["ok": true], "broker": ["ok": true]]])
  }

  @Test func `what is missing is named, with the reason`() async {
    let report = await Readiness([
      .init("database") {}, .init("broker") { throw SettingError("connection refused") },
    ]).report()
    #expect(!report.isReady)
    #expect(
      report.json == [
        "ready": false,
        "dependencies": ["database": ["ok": true], "broker": ["ok": false, "reason": "connection refused"]],
      ])
  }

  @Test func `what doesn't answer is missing`() async {
    let silence = AsyncStream<Never> { _ in }
    let report = await Readiness(
      [.init("database") { for await _ in silence {} }], patience: .milliseconds(1)
    ).report()
    #expect(report.json["dependencies"]?["database"]?["reason"] == "no answer within 0.001 seconds")
  }

  @Test(
    arguments: [
      ("0.0.0.0", "9090", "http://127.0.0.1:9090"), ("::", "9090", "http://[::1]:9090"),
      ("10.0.0.7", "80", "http://10.0.0.7:80"), ("127.0.0.1", "0", nil), ("127.0.0.1", "", nil),
    ])
  func `a health check finds the service beside it`(host: String, port: String, origin: String?) throws {
    var settings = SettingsReader(environment: ["HEALTH_HOST": host, "HEALTH_PORT": port])
    #expect(try HealthSettings(&settings).origin == origin)
  }
}
