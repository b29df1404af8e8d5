import JSON

/// The body of `PUT /v1/secrets/{id}/value`, checked.
struct SecretValueBody: Sendable, Equatable {
  let value: String
  /// The environment to write; nil for the secret's base environment.
  let environment: String?

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["value", "environment"])
    let value = fields.string("value", length: 0...SecretBody.maximumValueLength, isRequired: true)
    environment = fields.text("environment", length: 1...64)
    try fields.finish()
    self.value = value ?? ""
  }
}
