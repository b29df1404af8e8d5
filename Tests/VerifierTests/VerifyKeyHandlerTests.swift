import AMQP
import CloudKMS
import Commands
import Cryptography
import FoundationEssentials
import HTTPClient
import Logging
import ServiceKit
import SigV4
import Testing

@testable import verifier

@Suite struct VerifyKeyHandlerTests {
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  @Test func `a question that nobody waits for any more costs no call to a cloud`() async throws {
    let outcome = try await handler().handle(command(deadline: .distantPast), delivery(replyTo: "somebody"))
    guard case .done = outcome else { throw UnexpectedOutcome() }
  }

  @Test func `a question that can't be answered is given up`() async throws {
    for delivery in [
      delivery(replyTo: nil), delivery(messageID: nil), delivery(messageID: "7"), delivery(correlationID: nil),
    ] {
      let outcome = try await handler().handle(command(deadline: .distantFuture), delivery)
      guard case .hopeless = outcome else { throw UnexpectedOutcome() }
    }
  }

  @Test func `a refusal says what failed, where, and what to do`() {
    let failure = KMSFailure(
      reason: .accessDenied, stage: .encrypt, providerCode: "AccessDeniedException", isPermanent: true, seal: .now,
      hint: "Allow it.")
    let refusal = VerifyKeyReply.Refusal(failure)
    #expect(
      refusal
        == VerifyKeyReply.Refusal(
          reason: "access_denied", stage: "encrypt", providerCode: "AccessDeniedException", hint: "Allow it."))
    let stageless = VerifyKeyReply.Refusal(KMSFailure(reason: .integrity, isPermanent: true, seal: .now, hint: ""))
    #expect(stageless.stage == "validate")
    #expect(stageless.providerCode == nil)
  }

  private struct UnexpectedOutcome: Error {}

  private func command(deadline: Date) -> VerifyKey {
    VerifyKey(tenantID: UUID(), candidate: "{}", keyVersion: 1, wrapsNewKey: true, deadline: deadline)
  }

  private func delivery(
    replyTo: String? = "somebody", messageID: String? = UUID().uuidString, correlationID: String? = "c"
  ) -> AMQPDelivery {
    AMQPDelivery(message: AMQPMessage(body: [], messageID: messageID, correlationID: correlationID, replyTo: replyTo))
  }

  private func handler() throws -> VerifyKeyHandler {
    let configuration = try AMQPConfiguration(url: "amqp://127.0.0.1:1", connectionName: "test")
    let platform = AWSPlatform(
      transport: NoNetwork(),
      credentials: FixedCredentials(
        AWSCredentials(accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretBytes(copying: "secret".utf8))))
    return VerifyKeyHandler(
      verifier: KeyVerifier(clouds: Clouds([platform]), policy: VerificationPolicy()),
      authenticator: CommandAuthenticator(key: .random(count: 32)),
      publisher: AMQPPublisher(configuration: configuration, logger: Self.logger), logger: Self.logger)
  }
}

/// Whoever sends anything here has gone too far.
private struct NoNetwork: HTTPTransport {
  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    Issue.record("a call to \(request)")
    return HTTPResponse(status: 500, body: [])
  }
}
