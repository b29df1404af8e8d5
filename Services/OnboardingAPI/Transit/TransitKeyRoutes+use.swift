import Cryptography
import Foundation
import Hummingbird
import JSON
import Transit

extension TransitKeyRoutes {
  /// `POST /v1/crypto/keys/{name}/encrypt`
  func encrypt(_ request: Request, context: TenantContext) async throws -> Response {
    let name = try context.transitKeyName
    let body = try PlaintextBody(try await request.json(limit: PlaintextBody.limit))
    return Self.answer(
      try await keys.encrypt(body.plaintext, under: name, of: context.tenantID), requestID: context.requestID)
  }

  /// `POST /v1/crypto/keys/{name}/rewrap`
  func rewrap(_ request: Request, context: TenantContext) async throws -> Response {
    let name = try context.transitKeyName
    let body = try CiphertextBody(try await request.json(limit: CiphertextBody.limit))
    return Self.answer(
      try await keys.rewrap(body.ciphertext, under: name, of: context.tenantID), requestID: context.requestID)
  }

  /// `POST /v1/crypto/keys/{name}/decrypt[?format=utf8]`
  func decrypt(_ request: Request, context: TenantContext) async throws -> Response {
    let name = try context.transitKeyName
    let format = request.uri.queryParameters["format"]
    guard format == nil || format == "utf8" else {
      throw APIError.validation("the query doesn't fit", fields: ["format": ["must be utf8, or left out"]])
    }
    let body = try CiphertextBody(try await request.json(limit: CiphertextBody.limit))
    let plaintext = try await keys.decrypt(body.ciphertext, under: name, of: context.tenantID)
    var members: [String: JSONValue] = [
      "plaintext_b64": .string(plaintext.withUnsafeBytes { Data($0).base64EncodedString() }),
      "key_version": .integer(body.ciphertext.keyVersion),
    ]
    if format != nil {
      guard let text = plaintext.withUnsafeBytes({ String(validating: $0, as: UTF8.self) }) else {
        throw APIError.validation("the query doesn't fit", fields: ["format": ["the plaintext isn't UTF-8"]])
      }
      members["plaintext"] = .string(text)
    }
    return .data(.object(members), requestID: context.requestID)
  }

  private static func answer(_ ciphertext: TransitCiphertext, requestID: String) -> Response {
    .data(
      ["ciphertext": .string(ciphertext.text), "key_version": .integer(ciphertext.keyVersion)], requestID: requestID)
  }
}
