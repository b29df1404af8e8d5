import HTTPTypes
import Hummingbird
import JSON

/// An error as a client sees it: `{"error":{"type","message","request_id", …}}`.
struct APIError: Error, Equatable {
  let status: HTTPResponse.Status
  /// The word that a client branches on.
  let type: String
  /// What happened and what to do about it, for people. Never a secret, never anything of our insides.
  let message: String
  /// Further members of the error object.
  var extra: [String: JSONValue] = [:]
  /// After how many seconds a retry makes sense.
  var retryAfter: Int?

  func response(requestID: String) -> Response {
    var response = Response(json: ["error": members(requestID: requestID)], status: status)
    if let retryAfter { response.headers[.retryAfter] = String(retryAfter) }
    if status == .unauthorized { response.headers[.wwwAuthenticate] = "Bearer" }
    return response
  }
}

extension APIError {
  /// The error object.
  func members(requestID: String) -> JSONValue {
    var members = extra
    members["type"] = .string(type)
    members["message"] = .string(message)
    members["request_id"] = .string(requestID)
    return .object(members)
  }

  static func notAuthenticated(_ message: String) -> APIError {
    APIError(status: .unauthorized, type: "authentication_error", message: message)
  }

  static func permissionDenied(_ message: String) -> APIError {
    APIError(status: .forbidden, type: "permission_denied", message: message)
  }

  /// - Parameter retryAfter: in seconds.
  static func rateLimited(_ message: String, retryAfter: Int) -> APIError {
    APIError(status: .tooManyRequests, type: "rate_limited", message: message, retryAfter: retryAfter)
  }

  static func notFound(_ message: String = "no such resource") -> APIError {
    APIError(status: .notFound, type: "not_found", message: message)
  }

  /// - Parameter fields: path → reasons.
  static func invalidRequest(_ message: String, fields: [String: [String]] = [:]) -> APIError {
    APIError(status: .badRequest, type: "invalid_request", message: message, extra: Self.extra(fields))
  }

  /// The same error as `/admin` calls it, which has a word of its own for an invalid request.
  var inAdminsWords: APIError {
    type == "validation_error"
      ? APIError(status: status, type: "invalid_request", message: message, extra: extra, retryAfter: retryAfter) : self
  }

  /// What `/v1` calls an invalid request.
  static func validation(_ message: String, fields: [String: [String]] = [:]) -> APIError {
    APIError(status: .badRequest, type: "validation_error", message: message, extra: Self.extra(fields))
  }

  /// Something that we depend on doesn't answer; nothing was done.
  static func unavailable(_ dependency: String) -> APIError {
    APIError(
      status: .serviceUnavailable, type: "dependency_unavailable",
      message: "\(dependency) can't be reached at the moment; nothing was changed, try again", retryAfter: 5)
  }

  /// The database was lost just when it was to commit.
  static let undecided = APIError(
    status: .serviceUnavailable, type: "dependency_unavailable",
    message: "the database was lost while it stored the change, and whether it did is unknown; look, then try again",
    retryAfter: 5)

  /// - Parameter reason: why the tenant's key can't be used and what to do about it.
  static func tenantSealed(_ reason: String) -> APIError {
    APIError(
      status: .serviceUnavailable, type: "tenant_sealed", message: "the tenant's key can't be used: \(reason)",
      retryAfter: 30)
  }

  static let `internal` = APIError(
    status: .internalServerError, type: "internal_error",
    message: "an error on our side; name the request id when you report it")

  private static func extra(_ fields: [String: [String]]) -> [String: JSONValue] {
    fields.isEmpty ? [:] : ["fields": .object(fields.mapValues { .array($0.map { .string($0) }) })]
  }
}
