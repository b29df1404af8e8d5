import FoundationEssentials
import JSON
import Repository

/// The body of `POST /admin/api-keys`, checked.
struct APIKeyBody: Sendable, Equatable {
  /// The longest body, in bytes.
  static let limit = 16 << 10

  let name: String
  /// Nil for everything.
  let scopes: Set<APIKeyScope>?
  let expiresAt: Date?

  /// - Throws: 400 `invalid_request` with everything that is wrong.
  init(_ json: JSONValue, now: Date) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["name", "scopes", "expires_at"], refusal: APIError.invalidRequest)
    let name = fields.text("name", length: 1...255, isRequired: true)
    let known = APIKeyScope.allCases.map(\.rawValue).joined(separator: ", ")
    scopes = fields.words("scopes", "scopes (\(known))") { APIKeyScope(rawValue: $0) }
    expiresAt = fields.timestamp("expires_at")
    if let expiresAt, expiresAt <= now { fields.refuse("expires_at", "must lie in the future") }
    try fields.finish()
    self.name = name ?? ""
  }
}
