import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4

/// A stand-in for AWS's IAM and KMS on the loopback interface, administered as the root of either of two accounts.
///
/// `TENANT_KMS_TEST_AWS_ENDPOINT` names it; without that variable the tests that need it are skipped. The root's access
/// key id is the account's number and its secret is `test`, and nothing is forbidden to it.
struct StandInAWS: Sendable {
  /// The account that runs the service.
  static let platformAccount = "123456789012"
  /// The account that brings its key.
  static let customerAccount = "111122223333"
  static let region = "us-east-1"

  static let endpoint = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AWS_ENDPOINT"]

  let endpoint: String
  let client: HTTPClient

  struct Refusal: Error {
    let status: Int
    let body: String
  }

  init(endpoint: String) {
    self.endpoint = endpoint
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    client = HTTPClient(configuration: configuration)
  }

  /// Calls an action of IAM's query API and answers the XML.
  @discardableResult
  func iam(_ account: String, _ action: String, _ parameters: [String: String] = [:]) async throws -> String {
    var unreserved = CharacterSet.alphanumerics
    unreserved.insert(charactersIn: "-_.~")
    let form = parameters.merging(["Action": action, "Version": "2010-05-08"]) { $1 }
      .map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")" }
    let type = HeaderField(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
    let body = Array(form.joined(separator: "&").utf8)
    return String(decoding: try await post(body, to: "iam", as: account, [type]), as: UTF8.self)
  }

  /// Calls an action of KMS's JSON API.
  @discardableResult
  func kms(_ account: String, _ action: String, _ members: JSONValue) async throws -> JSONValue {
    let headers = [
      HeaderField(name: "Content-Type", value: "application/x-amz-json-1.1"),
      HeaderField(name: "X-Amz-Target", value: "TrentService.\(action)"),
    ]
    let answer = try await post(members.canonicalBytes, to: "kms", as: account, headers)
    return answer.isEmpty ? .null : try JSONValue(parsing: answer)
  }

  private func post(
    _ body: [UInt8], to service: String, as account: String, _ headers: [HeaderField]
  ) async throws -> [UInt8] {
    let root = AWSCredentials(accessKeyID: account, secretAccessKey: SecretBytes(copying: "test".utf8))
    let host = HeaderField(name: "Host", value: String(endpoint.trimmingPrefix("http://")))
    let request = SigningRequest(method: "POST", headers: [host] + headers, body: body)
    let signed = try SigV4Signer(region: Self.region, service: service).sign(request, credentials: root, at: Date())
    let response = try await client.send(
      HTTPRequest(
        method: "POST", url: endpoint + "/", headers: signed.headers.map { HTTPHeader($0.name, $0.value) }, body: body))
    guard response.status == 200 else {
      throw Refusal(status: response.status, body: String(decoding: response.body, as: UTF8.self))
    }
    return response.body
  }
}
