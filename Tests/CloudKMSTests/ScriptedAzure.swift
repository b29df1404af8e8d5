import Foundation
import HTTPClient
import JSON
import Locking

@testable import CloudKMS

/// An Azure in memory that behaves, unless the script says otherwise.
final class ScriptedAzure: HTTPTransport {
  /// What was asked.
  enum Action: Sendable, Hashable {
    case metadata, challenge, signIn, get, wrap, unwrap, other
    /// Which an application need not be allowed.
    case rotationPolicy
  }

  /// Answers instead of the well-behaved cloud; nil leaves it to that.
  typealias Script = @Sendable (Action) throws(HTTPClientError) -> HTTPResponse?

  static let version = Sample.azureKey + "/0123456789abcdef0123456789abcdef"

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
    case .metadata: return .json(200, ["access_token": "machine-token", "expires_in": "86399"])
    case .challenge: return .challenge()
    case .signIn: return .json(200, ["access_token": "app-token", "expires_in": 3599, "token_type": "Bearer"])
    case .get: return .json(200, Self.key())
    case .wrap, .unwrap: return Self.operate(request, action)
    case .other: return HTTPResponse(status: 302)
    case .rotationPolicy: return .vaultError(403, "Forbidden", inner: "ForbiddenByRbac")
    }
  }

  static func key(_ members: [String: JSONValue] = [:]) -> JSONValue {
    let key: [String: JSONValue] = [
      "kid": .string(version), "kty": "RSA", "key_ops": ["wrapKey", "unwrapKey"], "n": "AQAB", "e": "AQAB",
    ]
    return ["key": .object(key.merging(members) { $1 }), "attributes": ["enabled": true]]
  }

  private static func action(of request: HTTPRequest) -> Action {
    if request.url.contains("/metadata/identity/") { return .metadata }
    if request.url.hasSuffix("/oauth2/v2.0/token") { return .signIn }
    guard request.url.contains("/keys/") else { return .other }
    guard request.headers.contains(where: { $0.name == "Authorization" }) else { return .challenge }
    if request.url.contains("/wrapkey?") { return .wrap }
    if request.url.contains("/rotationpolicy?") { return .rotationPolicy }
    return request.url.contains("/unwrapkey?") ? .unwrap : .get
  }

  /// The ciphertext is four times what must come back, so that nothing else unwraps.
  private static func operate(_ request: HTTPRequest, _ action: Action) -> HTTPResponse {
    guard let json = try? JSONValue(parsing: request.body), json["alg"] == "RSA-OAEP-256",
      let value = json["value"]?.string.flatMap(bytes)
    else { return .vaultError(400, "BadParameter") }
    if action == .wrap { return answer(Array(repeating: value, count: 4).flatMap(\.self)) }
    let part = value.count / 4
    guard (0..<4).allSatisfy({ value[($0 * part)..<(($0 + 1) * part)].elementsEqual(value[..<part]) }) else {
      return .vaultError(400, "BadParameter")
    }
    return answer(Array(value[..<part]))
  }

  private static func answer(_ value: [UInt8]) -> HTTPResponse {
    let text = Data(value).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_")
    return .json(200, ["kid": .string(version), "value": .string(text.replacing("=", with: ""))])
  }

  private static func bytes(_ text: String) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding).map(Array.init)
  }
}

extension HTTPResponse {
  static func challenge(
    _ field: String = #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", "#
      + #"resource="https://vault.azure.net""#
  ) -> HTTPResponse {
    HTTPResponse(
      status: 401, headers: [HTTPHeader("WWW-Authenticate", field)],
      body: JSONValue.object(["error": ["code": "Unauthorized", "message": "AKV10000"]]).canonicalBytes)
  }

  static func vaultError(
    _ status: Int, _ code: String, inner: String? = nil, message: String = "no"
  ) -> HTTPResponse {
    var error: [String: JSONValue] = ["code": .string(code), "message": .string(message)]
    if let inner { error["innererror"] = ["code": .string(inner)] }
    return .json(status, ["error": .object(error)])
  }

  static func signInError(_ status: Int, _ error: String, _ number: Int?, isListed: Bool = true) -> HTTPResponse {
    var members: [String: JSONValue] = ["error": .string(error)]
    if let number {
      members["error_description"] = .string("AADSTS\(number): no. Trace ID: 1")
      if isListed { members["error_codes"] = [.number(Double(number))] }
    }
    return .json(status, .object(members))
  }
}
