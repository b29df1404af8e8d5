import CloudKMS
import Cryptography
import HTTPClient
import JSON
import Testing

/// A cloud in memory and a key there, as the conformance tests want them of every provider.
struct CloudFixture: Sendable, CustomTestStringConvertible {
  /// What a cloud, or the way there, does at a stage instead of behaving.
  struct Fault: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let stage: VerificationStage
    let reason: KMSFailure.Reason
    let answer: Result<HTTPResponse, HTTPClientError>

    init(
      _ name: String, at stage: VerificationStage, _ reason: KMSFailure.Reason,
      _ answer: Result<HTTPResponse, HTTPClientError>
    ) {
      testDescription = name
      self.stage = stage
      self.reason = reason
      self.answer = answer
    }
  }

  let provider: KMSProvider
  /// An onboarding body.
  let body: JSONValue
  /// The stages of its verification.
  let stages: [VerificationStage]
  /// What identifies the key that wraps.
  let wrappingKey: String
  /// The customer takes the key away.
  let killSwitches: [Fault]
  /// The cloud has a bad time.
  let troubles: [Fault]
  /// This platform's standing towards the cloud, which behaves unless the fault says otherwise.
  let clouds: @Sendable (Fault?) -> Clouds
  /// The same without any identity of the platform's own.
  let strangers: @Sendable () -> Clouds

  var testDescription: String { provider.rawValue }

  static let all = [aws, gcp, azure]

  func key(_ fault: Fault? = nil) throws -> any KeyEncryptionKey {
    try clouds(fault).key(KMSCandidate.parse(body))
  }
}

extension CloudFixture.Fault {
  static let timeout = CloudFixture.Fault(
    "timeout", at: .decrypt, .unreachable,
    .failure(HTTPClientError(code: .timeout(.response), reason: "the service")))
  static let reset = CloudFixture.Fault(
    "reset", at: .assumeRole, .unreachable, .failure(HTTPClientError(code: .reset, reason: "the service")))
  static let proxy = CloudFixture.Fault(
    "a proxy's page", at: .decrypt, .unreachable, .success(.xml(502, "<html>Bad Gateway</html>")))
}
