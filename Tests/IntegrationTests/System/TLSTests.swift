import Foundation
import HTTPClient
import JSON
import Testing

/// The API with a certificate of its own.
@Suite(.enabled(if: Deployment.isPossible && OpenSSL.isAvailable), .deploymentSlot) struct TLSTests {
  @Test func `who trusts the certificate is served over TLS, and told to insist on it`() async throws {
    let certificate = try await TestCertificate()
    try await Deployment.with(certificate.settings, verifies: false, workers: 0) { deployment in
      #expect(deployment.client.base.hasPrefix("https://"))
      let tenant = try await deployment.makeTenant()
      let large = ["X-Large": String(repeating: "a", count: 17 << 10)]
      let answers = [
        try await deployment.client.get("/v1/agents", token: tenant.apiKey),
        try await deployment.client.get("/v1/agents", token: "nobody's"),
        try await deployment.client.send("GET", "/healthz"), try await deployment.client.send("GET", "/metrics"),
        try await deployment.client.send("GET", "/healthz", headers: large),
      ]
      #expect(answers.map(\.status) == [200, 401, 200, 200, 431])
      for answer in answers { #expect(answer.headers["strict-transport-security"] == "max-age=31536000") }
      _ = try await eventually("readiness") {
        try await deployment.client.send("GET", "/readyz").status == 200 ? true : nil
      }
      let stranger = APIClient(base: deployment.client.base)
      let refusal = await #expect(throws: HTTPClientError.self) { try await stranger.send("GET", "/healthz") }
      #expect(refusal?.code == .tls)
      await stranger.close()
    }
  }

  @Test func `only TLS of these days is spoken`() async throws {
    let certificate = try await TestCertificate()
    try await Deployment.with(certificate.settings, verifies: false, workers: 0) { deployment in
      let plain = try RawConnection(port: deployment.port)
      await plain.send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n")
      #expect(try await !plain.receive().contains("HTTP/1."))
      for options in [["-tls1_3"], ["-tls1_2"], ["-alpn", "h2,http/1.1"]] {
        let (exitCode, output) = try await deployment.handshake(certificate, options)
        #expect(exitCode == 0, "\(options): \(output)")
      }
      for (options, alert) in [
        (["-tls1_1"], "protocol version"), (["-tls1"], "protocol version"),
        // Neither forward secret nor authenticated encryption.
        (["-tls1_2", "-cipher", "AES128-GCM-SHA256:@SECLEVEL=0"], "handshake failure"),
        (["-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA:@SECLEVEL=0"], "handshake failure"),
      ] {
        let (exitCode, output) = try await deployment.handshake(certificate, options)
        #expect(exitCode == 1, "\(options): \(output)")
        #expect(output.contains("alert \(alert)"), "\(options): \(output)")
      }
    }
  }

  /// A record of 256 bytes that is to hold the client's greeting, and its first six.
  private static let greeting = "\u{16}\u{3}\u{1}\u{1}\u{0}\u{1}\u{0}\u{0}\u{7C}\u{3}\u{3}"

  @Test func `who dawdles over the handshake holds nobody up`() async throws {
    let certificate = try await TestCertificate()
    // Whoever waited for them would wait longer than the client does.
    let settings = certificate.settings.merging(["HTTP_IDLE_TIMEOUT_SECONDS": "3600"]) { $1 }
    try await Deployment.with(settings, verifies: false, workers: 0) { deployment in
      let slow = try (0..<100).map { _ in try RawConnection(port: deployment.port) }
      for connection in slow { await connection.send(Self.greeting) }
      let answer = try await deployment.client.send("GET", "/healthz")
      // Till then they are kept open.
      withExtendedLifetime(slow) { #expect(answer.status == 200) }
    }
  }

  @Test func `who dawdles over the handshake is let go`() async throws {
    let certificate = try await TestCertificate()
    let settings = certificate.settings.merging(["HTTP_IDLE_TIMEOUT_SECONDS": "2"]) { $1 }
    try await Deployment.with(settings, verifies: false, workers: 0) { deployment in
      let silent = try RawConnection(port: deployment.port)
      await silent.send(Self.greeting)
      let trickling = try RawConnection(port: deployment.port)
      try await trickling.trickle(Self.greeting, andThen: 0x61)
      #expect(try await !silent.receive().contains("HTTP/1."))
      #expect(try await deployment.client.send("GET", "/healthz").status == 200)
    }
  }

  @Test func `a key that doesn't fit ends the start with exit code 78`() async throws {
    let (certificate, other) = (try await TestCertificate(), try await TestCertificate())
    try await Deployment.with(certificate.settings, verifies: false, workers: 0) { deployment in
      var wrong = deployment.environment.merging(other.settings.filter { $0.key == "HTTP_TLS_KEY_FILE" }) { $1 }
      // NIOSSL never frees the context that it can't complete, which a sanitizer would call a leak at this exit.
      wrong["ASAN_OPTIONS"] = "detect_leaks=0"
      let program = try RunningProgram("onboarding-api", environment: wrong)
      let end = await #expect(throws: RunningProgram.Ended.self) { try await program.line { _ in false } }
      #expect(
        end?.lines == [
          "configuration: 1 problem", "  HTTP_TLS_KEY: not the key of the first certificate in HTTP_TLS_CERTIFICATE",
        ])
      #expect(await program.stop() == 78)
    }
  }

  @Test func `the container's health check works beside TLS`() async throws {
    let certificate = try await TestCertificate()
    try await Deployment.with(certificate.settings, verifies: false, workers: 0) { deployment in
      let port = ["HEALTH_PORT": "\(LoopbackPort.free())"]
      let environment = deployment.environment.merging(port) { $1 }
      let api = try RunningProgram("onboarding-api", environment: environment)
      let answer = try await eventually("the health command's answer") {
        try? await Deployment.run(["health"], environment)
      }
      #expect(try JSONValue(parsing: Array(answer.utf8))["ready"] == true)
      await api.stop()
    }
  }
}

extension Deployment {
  fileprivate func handshake(
    _ certificate: TestCertificate, _ options: [String]
  ) async throws -> (exitCode: Int32, output: String) {
    try await OpenSSL.handshake(port: port, trusting: certificate.certificate, options)
  }
}
