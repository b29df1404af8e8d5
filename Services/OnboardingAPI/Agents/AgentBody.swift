import JSON

/// The body of `POST /v1/agents`, checked.
struct AgentBody: Sendable, Equatable {
  /// The longest body, in bytes.
  static let limit = 16 << 10

  let name: String
  let requiresVerifiedBuild: Bool

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["name", "require_verified_build"])
    let name = fields.text("name", length: 1...255, isRequired: true)
    requiresVerifiedBuild = fields.bool("require_verified_build") ?? false
    try fields.finish()
    self.name = name ?? ""
  }
}
