import Foundation
import HTTPClient
import JSON
import Locking

@testable import CloudKMS

/// A Google Cloud in memory that behaves, unless the script says otherwise.
final class ScriptedGCP: HTTPTransport {
  /// What was asked.
  enum Action: Sendable, Hashable {
    case metadata, token, impersonate, encrypt, decrypt
    /// Of a platform that is somebody elsewhere.
    case subjectToken, exchange, impersonateOwn
    /// Which a service account need not be allowed.
    case get
  }

  /// Answers instead of the well-behaved cloud; nil leaves it to that.
  typealias Script = @Sendable (Action) throws(HTTPClientError) -> HTTPResponse?

  static let version = Sample.gcpKey + "/cryptoKeyVersions/7"

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
    case .metadata: return .metadata(200, Self.token("platform-token"))
    case .token: return .json(200, Self.token("file-token"))
    case .subjectToken: return .json(200, ["access_token": "machine-token", "expires_in": "86399"])
    case .exchange: return .json(200, Self.token("federated-token"))
    case .impersonateOwn: return .json(200, ["accessToken": "own-token", "expireTime": "2026-11-24T05:00:14Z"])
    case .impersonate: return .json(200, ["accessToken": "tenant-token", "expireTime": "2026-11-24T04:05:14Z"])
    case .get: return .gcpError(403, "PERMISSION_DENIED")
    case .encrypt: return Self.encrypt(request)
    case .decrypt: return Self.decrypt(request)
    }
  }

  private static func action(of request: HTTPRequest) -> Action {
    if request.url.hasSuffix(":encrypt") { return .encrypt }
    if request.url.hasSuffix(":decrypt") { return .decrypt }
    if request.url.hasSuffix(":generateAccessToken") {
      return request.url.contains(Sample.serviceAccount) ? .impersonate : .impersonateOwn
    }
    if request.url.hasSuffix("/v1/token") { return .exchange }
    if request.url.contains("/identity/") { return .subjectToken }
    if request.method == "GET", request.url.contains("/cryptoKeys/") { return .get }
    return request.url.contains("computeMetadata") ? .metadata : .token
  }

  static func token(_ text: String) -> JSONValue {
    ["access_token": .string(text), "expires_in": 3599, "token_type": "Bearer"]
  }

  /// The ciphertext is what must come back, so that nothing else decrypts.
  private static func encrypt(_ request: HTTPRequest) -> HTTPResponse {
    guard let json = try? JSONValue(parsing: request.body), let text = json["plaintext"]?.string,
      let aad = json["additionalAuthenticatedData"], isIntact("plaintext", of: json),
      isIntact("additionalAuthenticatedData", of: json)
    else { return .gcpError(400, "INVALID_ARGUMENT") }
    let blob = JSONValue.object(["p": .string(text), "a": aad]).canonicalBytes
    return .json(
      200,
      [
        "name": .string(version), "ciphertext": .string(Data(blob).base64EncodedString()),
        "ciphertextCrc32c": .string(String(CRC32C.checksum(of: blob))), "verifiedPlaintextCrc32c": true,
        "verifiedAdditionalAuthenticatedDataCrc32c": true, "protectionLevel": "HSM",
      ])
  }

  private static func decrypt(_ request: HTTPRequest) -> HTTPResponse {
    guard let json = try? JSONValue(parsing: request.body), isIntact("ciphertext", of: json),
      isIntact("additionalAuthenticatedData", of: json),
      let data = (json["ciphertext"]?.string).flatMap({ Data(base64Encoded: $0) }),
      let blob = try? JSONValue(parsing: Array(data)), let text = blob["p"]?.string,
      let plaintext = Data(base64Encoded: text), blob["a"] == json["additionalAuthenticatedData"]
    else { return .gcpError(400, "INVALID_ARGUMENT") }
    return .json(
      200, ["plaintext": .string(text), "plaintextCrc32c": .string(String(CRC32C.checksum(of: plaintext)))])
  }

  private static func isIntact(_ name: String, of json: JSONValue) -> Bool {
    guard let data = (json[name]?.string).flatMap({ Data(base64Encoded: $0) }) else { return false }
    return json[name + "Crc32c"]?.string == String(CRC32C.checksum(of: data))
  }
}

extension HTTPResponse {
  static func gcpError(
    _ status: Int, _ code: String, message: String = "no", reason: String? = nil
  ) -> HTTPResponse {
    let details: [JSONValue] =
      reason.map {
        [["@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": .string($0), "domain": "googleapis.com"]]
      } ?? []
    let error: JSONValue = [
      "code": .number(Double(status)), "message": .string(message), "status": .string(code),
      "details": .array(details),
    ]
    return .json(status, ["error": error])
  }

  static func metadata(_ status: Int, _ value: JSONValue) -> HTTPResponse {
    HTTPResponse(status: status, headers: [HTTPHeader("Metadata-Flavor", "Google")], body: value.canonicalBytes)
  }
}
