import FoundationEssentials
import JSON

/// The body of `POST /v1/secrets`, checked.
struct SecretBody: Sendable, Equatable {
  /// The longest value, in bytes of UTF-8.
  static let maximumValueLength = 1 << 20
  /// The longest body: a value of which every byte is escaped as two, and the rest.
  static let limit = 2 * maximumValueLength + (64 << 10)

  static let types = ["string", "api_key", "basic_auth", "custom", "oauth2_token", "certificate"]

  let name: String
  let value: String
  let type: String
  let baseEnvironment: String
  let collectionID: UUID?
  let expiresAt: Date?
  let isExpiryStrict: Bool

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: Self.names)
    let name = fields.secretName(isRequired: true)
    let value = fields.string("value", length: 0...Self.maximumValueLength, isRequired: true)
    let type = fields.string("secret_type", length: 1...32) ?? "string"
    if !Self.types.contains(type) {
      fields.refuse("secret_type", "must be one of \(Self.types.joined(separator: ", "))")
    }
    baseEnvironment = fields.string("base_environment", length: 1...64) ?? "production"
    collectionID = fields.id("collection_id")
    expiresAt = fields.timestamp("expires_at")
    isExpiryStrict = fields.bool("strict_expiry_enforcement") ?? false
    try fields.finish()
    self.name = name ?? ""
    self.value = value ?? ""
    self.type = type
  }

  private static let names: Set<String> = [
    "name", "value", "secret_type", "base_environment", "collection_id", "expires_at", "strict_expiry_enforcement",
  ]
}
