import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Locking

/// An AWS in memory that behaves, unless the script says otherwise.
final class ScriptedAWS: HTTPTransport {
  /// What was asked.
  enum Action: Sendable, Hashable {
    case assumeRole(externalID: String?)
    case encrypt
    case decrypt
    /// Which a role should not be allowed.
    case encryptWithoutContext
    /// Which a role need not be allowed.
    case describe, rotation
  }

  /// Answers instead of the well-behaved AWS; nil leaves it to that.
  typealias Script = @Sendable (Action) throws(HTTPClientError) -> HTTPResponse?

  private let script: Script
  private let log = Guarded<[(action: Action, request: HTTPRequest)]>([])

  init(script: @escaping Script = { _ in nil }) {
    self.script = script
  }

  var actions: [Action] { log.withLock { $0.map(\.action) } }
  var requests: [HTTPRequest] { log.withLock { $0.map(\.request) } }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    let action = Self.action(of: request)
    log.withLock { $0.append((action, request)) }
    if let response = try script(action) { return response }
    switch action {
    case .assumeRole(Sample.externalID): return .xml(200, Self.credentials)
    case .assumeRole: return .stsError("AccessDenied")
    case .encrypt: return Self.encrypt(request)
    case .decrypt: return Self.decrypt(request)
    case .encryptWithoutContext, .describe, .rotation: return .kmsError("AccessDeniedException")
    }
  }

  private static func action(of request: HTTPRequest) -> Action {
    switch request.headers.first(where: { $0.name == "X-Amz-Target" })?.value {
    case "TrentService.Encrypt":
      (try? JSONValue(parsing: request.body))?["EncryptionContext"] == nil ? .encryptWithoutContext : .encrypt
    case "TrentService.DescribeKey": .describe
    case "TrentService.GetKeyRotationStatus": .rotation
    case "TrentService.Decrypt": .decrypt
    default: .assumeRole(externalID: form(request)["ExternalId"])
    }
  }

  static func form(_ request: HTTPRequest) -> [String: String] {
    let pairs = String(decoding: request.body, as: UTF8.self).split(separator: "&").map { $0.split(separator: "=") }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), $0[1].removingPercentEncoding ?? "") })
  }

  static let credentials = """
    <AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
      <AssumeRoleResult>
        <AssumedRoleUser><AssumedRoleId>AROA3XFRBF23:s</AssumedRoleId><Arn>arn:aws:sts::111122223333:x</Arn></AssumedRoleUser>
        <Credentials>
          <AccessKeyId>ASIAROLEROLEROLEROLE</AccessKeyId><SecretAccessKey>role+secret/key</SecretAccessKey>
          <SessionToken>role-session-token==</SessionToken><Expiration>2026-11-24T04:15:14Z</Expiration>
        </Credentials>
      </AssumeRoleResult>
      <ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>
    </AssumeRoleResponse>
    """

  /// The ciphertext is what must come back, so that nothing else decrypts.
  private static func encrypt(_ request: HTTPRequest) -> HTTPResponse {
    guard let json = try? JSONValue(parsing: request.body), let text = json["Plaintext"]?.string,
      let context = json["EncryptionContext"]
    else { return .kmsError("ValidationException") }
    let blob = JSONValue.object(["p": .string(text), "c": context]).canonicalBytes
    return .json(200, ["CiphertextBlob": .string(Data(blob).base64EncodedString()), "KeyId": .string(Sample.keyARN)])
  }

  private static func decrypt(_ request: HTTPRequest) -> HTTPResponse {
    guard let json = try? JSONValue(parsing: request.body), let text = json["CiphertextBlob"]?.string,
      let data = Data(base64Encoded: text), let blob = try? JSONValue(parsing: Array(data)), let plaintext = blob["p"],
      blob["c"] == json["EncryptionContext"]
    else { return .kmsError("InvalidCiphertextException") }
    return .json(200, ["Plaintext": plaintext, "KeyId": json["KeyId"] ?? .null])
  }
}

extension HTTPResponse {
  static func xml(_ status: Int, _ text: String) -> HTTPResponse {
    HTTPResponse(status: status, body: Array(text.utf8))
  }

  static func json(_ status: Int, _ value: JSONValue) -> HTTPResponse {
    HTTPResponse(status: status, body: value.canonicalBytes)
  }

  static func stsError(_ code: String, message: String = "no", status: Int = 403) -> HTTPResponse {
    .xml(
      status,
      """
      <ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type><Code>\(code)</Code>\
      <Message>\(message)</Message></Error><RequestId>1</RequestId></ErrorResponse>
      """)
  }

  static func kmsError(_ code: String, message: String = "no", status: Int = 400) -> HTTPResponse {
    .json(status, ["__type": .string(code), "message": .string(message)])
  }
}
