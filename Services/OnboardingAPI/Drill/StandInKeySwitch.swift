import CloudKMS
import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import SigV4

/// Disables and enables a key on a stand-in for AWS, as the root of the account that owns it: there, whose access key id
/// is an account's number and whose secret is `test` is that.
struct StandInKeySwitch: KeySwitch {
  /// The stand-in refused.
  struct Refusal: Error, CustomStringConvertible {
    let action: String
    let status: Int
    var description: String { "drill: \(action): the stand-in answers \(status)" }
  }

  let key: ARN
  let endpoint: String
  let transport: any HTTPTransport

  let method = "performed on the stand-in: DisableKey, EnableKey"

  func takeAway(at now: @Sendable () async throws -> Date) async throws -> Date {
    let time = try await now()
    try await call("DisableKey")
    return time
  }

  func giveBack(at now: @Sendable () async throws -> Date) async throws -> Date {
    let time = try await now()
    try await call("EnableKey")
    return time
  }

  private func call(_ action: String) async throws {
    let owner = AWSCredentials(accessKeyID: key.accountID, secretAccessKey: SecretBytes(copying: "test".utf8))
    let headers = [
      HeaderField(name: "Host", value: String(endpoint.drop { $0 != ":" }.dropFirst(3))),
      HeaderField(name: "Content-Type", value: "application/x-amz-json-1.1"),
      HeaderField(name: "X-Amz-Target", value: "TrentService.\(action)"),
    ]
    let body = JSONValue.object(["KeyId": .string(key.description)]).canonicalBytes
    let signed = try SigV4Signer(region: key.region, service: "kms").sign(
      SigningRequest(method: "POST", headers: headers, body: body), credentials: owner, at: Date())
    let response = try await transport.send(
      HTTPRequest(
        method: "POST", url: endpoint + "/", headers: signed.headers.map { HTTPHeader($0.name, $0.value) }, body: body))
    guard response.status == 200 else { throw Refusal(action: action, status: response.status) }
  }
}
