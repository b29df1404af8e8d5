import FoundationEssentials
import JSON
import Repository

/// The body of `PATCH /v1/secrets/{id}`, checked: what it doesn't name stays, and null takes away what may be absent.
struct SecretChangeBody: Sendable, Equatable {
  /// The longest body, in bytes.
  static let limit = 16 << 10

  let change: SecretChange

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(
      json, knownNames: ["name", "collection_id", "expires_at", "strict_expiry_enforcement"])
    let name = fields.secretName(isRequired: false)
    let collectionID = fields.id("collection_id")
    let expiresAt = fields.timestamp("expires_at")
    let isExpiryStrict = fields.bool("strict_expiry_enforcement")
    for name in ["name", "strict_expiry_enforcement"] where fields.isNull(name) {
      fields.refuse(name, "must not be null; leave it out to keep it")
    }
    try fields.finish()
    change = SecretChange(
      name: .init(name), collectionID: fields.optionalUpdate("collection_id", collectionID),
      expiresAt: fields.optionalUpdate("expires_at", expiresAt),
      isExpiryStrict: .init(isExpiryStrict))
  }
}

extension BodyReader {
  /// A secret's name, with underscores for spaces.
  mutating func secretName(isRequired: Bool) -> String? {
    let name = string("name", length: 1...255, isRequired: isRequired)
    if let name, name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
      refuse("name", "must not contain control characters")
    }
    return name?.replacing(" ", with: "_")
  }

  /// What a change makes of a member that null takes away.
  func optionalUpdate<Value>(_ name: String, _ value: Value?) -> Update<Value?> {
    value != nil || isNull(name) ? .set(value) : .keep
  }
}
