import Cryptography
import Envelope
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Repository

/// `POST /admin/secrets/{id}/reveal`: the one call that answers a secret's value, to a person, who is written down first.
struct RevealRoute: Sendable {
  /// The longest body accepted.
  static let bodyLimit = 4 << 10

  let secrets: SecretStore
  let masterKeys: MasterKeys

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    let id = try context.id("id")
    let asked = try await request.jsonIfPresent(limit: Self.bodyLimit).flatMap { try Self.environment(in: $0) }
    guard let secret = try await secrets.secret(id, of: identity.tenantID)?.secret else {
      throw APIError.notFound("no such secret")
    }
    let environment = asked ?? secret.baseEnvironment
    let opened = try await masterKeys.open(in: .secretValues, of: identity.tenantID) {
      try await secrets.value(of: id, in: environment, of: identity.tenantID)
    }
    guard let opened else { throw APIError.notFound("no such value") }
    try await secrets.recordReveal(
      of: id, in: environment, valueVersion: opened.stored.valueVersion, of: identity.tenantID,
      actorID: identity.subject, at: Date())
    return Response(json: [
      "id": .id(id), "name": .string(secret.name), "environment": .string(environment),
      "value_version": .integer(opened.stored.valueVersion),
      "value": .string(opened.value.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }),
    ])
  }

  /// - Throws: 400 `invalid_request` with everything that is wrong.
  static func environment(in body: JSONValue) throws(APIError) -> String? {
    var fields = try BodyReader(body, knownNames: ["environment"], refusal: APIError.invalidRequest)
    let environment = fields.text("environment", length: 1...64)
    try fields.finish()
    return environment
  }
}
