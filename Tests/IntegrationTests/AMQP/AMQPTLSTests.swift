import AMQP
import Foundation
import Testing

@Suite("AMQP over TLS", .enabled(if: TestBroker.isTLSConfigured), .timeLimit(.minutes(1)))
struct AMQPTLSTests {

  private func declare(host: String? = nil, caFile: String?) async throws {
    var url = try #require(TestBroker.amqpsURL.flatMap(URLComponents.init(string:)))
    if let host { url.host = host }
    try await AMQPTopology().declare(
      on: AMQPConfiguration(url: try #require(url.string), connectionName: "tls", caFile: caFile))
  }

  @Test("A broker that the private authority vouches for is trusted")
  func trusted() async throws {
    try await declare(caFile: TestBroker.caFile)
  }

  @Test("The right certificate for another host is refused")
  func wrongHost() async throws {
    let code = await AMQPError.Code.thrown { try await declare(host: "127.0.0.1", caFile: TestBroker.caFile) }
    #expect(code == .untrustedBroker)
  }

  @Test("A broker that the system's authorities don't vouch for is refused")
  func unknownAuthority() async throws {
    let code = await AMQPError.Code.thrown { try await declare(caFile: nil) }
    #expect(code == .untrustedBroker)
  }

  @Test("A CA file that can't be read is an error, not a fallback")
  func missingCAFile() async throws {
    let code = await AMQPError.Code.thrown { try await declare(caFile: "/nonexistent.pem") }
    #expect(code == .untrustedBroker)
  }
}
