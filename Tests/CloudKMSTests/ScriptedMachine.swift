import Foundation
import HTTPClient
import JSON
import Locking
import SigV4
import Testing

@testable import CloudKMS

/// A machine with variables, files and endpoints, and what was asked of these.
final class ScriptedMachine: HTTPTransport {
  let folder = NSTemporaryDirectory() + "aws-chain-\(UUID().uuidString)"
  private let variables: Guarded<[String: String]>
  private let answers: [String: HTTPResponse]
  private let log = Guarded<[HTTPRequest]>([])
  let time = ManualClock()

  init(_ variables: [String: String] = [:], answers: [String: HTTPResponse] = [:], files: [String: String] = [:])
    throws
  {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: folder + "/" + name)) }
    let places = ["AWS_CONFIG_FILE": folder + "/config", "AWS_SHARED_CREDENTIALS_FILE": folder + "/credentials"]
    let all = places.merging(variables.mapValues { [folder] in $0.replacing("FOLDER", with: folder) }) { $1 }
    self.variables = Guarded(all)
    self.answers = answers
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  var requests: [HTTPRequest] { log.withLock { $0 } }
  var urls: [String] { requests.map(\.url) }

  var chain: AWSCredentialChain {
    AWSCredentialChain(
      CloudEnvironment(transport: self, clock: time.clock) { name in self.variable(name) })
  }

  func variable(_ name: String) -> String? { variables.withLock { $0[name] } }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    log.withLock { $0.append(request) }
    let key = request.url.hasPrefix("https://sts.") ? ScriptedAWS.form(request)["Action"] ?? "" : request.url
    guard let answer = answers[key] else {
      throw HTTPClientError(code: .timeout(.connect), reason: "nobody there")
    }
    return answer
  }
}

extension ScriptedMachine {
  static let instance = "http://169.254.169.254/latest"

  static func answer(_ id: String, expires: String? = "2026-11-24T05:00:14Z") -> HTTPResponse {
    .json(
      200,
      [
        "AccessKeyId": .string(id), "SecretAccessKey": "secret", "Token": "token", "Code": "Success",
        "Expiration": expires.map { .string($0) } ?? .null,
      ])
  }

  static func sts(_ action: String, _ id: String) -> HTTPResponse {
    .xml(
      200,
      """
      <\(action)Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><\(action)Result><Credentials>
      <AccessKeyId>\(id)</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken>
      <Expiration>2026-11-24T05:00:14Z</Expiration></Credentials></\(action)Result></\(action)Response>
      """)
  }

  static let instanceAnswers = [
    "\(instance)/api/token": HTTPResponse(status: 200, body: Array("imds-token".utf8)),
    "\(instance)/meta-data/iam/security-credentials/": HTTPResponse(status: 200, body: Array("Platform\n".utf8)),
    "\(instance)/meta-data/iam/security-credentials/Platform": answer("ASIAINSTANCE"),
  ]

  /// What the operator is told of credentials that aren't found.
  var detail: String {
    get async {
      let found = await failure { () throws(KMSFailure) in
        _ = try await chain.credentials(refreshing: false)
      }
      #expect(found?.reason == .noCredentials)
      #expect(found?.seal == .untilTTL)
      #expect(found?.stage == .credentials)
      #expect(found?.hint.contains(folder) == false)
      #expect(found?.hint.contains("http") == false)
      return found?.operatorDetail ?? ""
    }
  }
}
