import AMQP
import Foundation
import JSON
import Testing

@testable import onboarding_api

/// Secrets of every kind go through every route, with good and with bad bodies, while all three services log whatever they
/// can; afterwards they are looked for wherever something could have been written down.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(5))) struct CanaryTests {
  @Test func `no secret is written down where it doesn't belong, whatever is done with it`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let broker = try #require(TestBroker.amqpURL.flatMap(URLComponents.init(string:)))
    let proxy = try FaultProxy(to: broker.port ?? 5672)
    defer { proxy.stop() }
    let settings = ["LOG_LEVEL": "trace", "HEALTH_PORT": "0"]
    try await Deployment.with(settings, brokerPort: proxy.port, as: account) { deployment in
      var life = try await CanaryLife(deployment, CanaryTenant.make(on: deployment, account))
      try await life.live()
      try await life.receiveNonsense()
      try await life.receiveForgedCommands()
      try await life.noteTables()
      #expect(life.uncovered.isEmpty, "routes that no canary went through")

      var watch = life.watch
      for program in deployment.programs { watch.note(program.output, at: "log of \(program.name)") }
      watch.note(proxy.sent, at: "broker")
      watch.note(try await deployment.run(["audit", "export"]), at: "audit export")
      for (program, text) in try await deployment.metrics() { watch.note(text, at: "metrics of \(program)") }
      watch.expectSilence(of: life.tenant.canaries)
      #expect(Set(life.tenant.canaries.map(\.kind)) == Set(Canary.Kind.allCases), "every kind took part")
    }
  }

  @Test(arguments: ["canary-\(UUID().uuidString)", "ÄÖ+/=&?"])
  func `a canary is found in every form and at every place of a longer text`(secret: String) throws {
    let canary = Canary(.secretValue, secret)
    for prefix in ["", "a", "ab", "abc"] {
      let longer = Data((prefix + secret + "xyz").utf8)
      let forms = [
        String(decoding: longer, as: UTF8.self), longer.base64EncodedString(),
        longer.map { String(Int($0) + 0x100, radix: 16).dropFirst() }.joined(),
        try #require(
          String(decoding: longer, as: UTF8.self).addingPercentEncoding(withAllowedCharacters: .alphanumerics)),
      ]
      for form in forms { #expect(canary.firstMatch(in: Data(form.utf8)) != nil, "\(form)") }
    }
    #expect(canary.firstMatch(in: Data("canary- and nothing else".utf8)) == nil)
  }
}
