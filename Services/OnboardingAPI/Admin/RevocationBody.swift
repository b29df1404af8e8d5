import JSON

/// The body of a revocation, checked: `{"confirm":"<tenant slug>","erase":bool}`.
struct RevocationBody: Sendable, Equatable {
  /// The longest body accepted.
  static let limit = 4 << 10

  let confirmation: String
  /// False unless told.
  let erases: Bool

  /// - Throws: 400 `invalid_request` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["confirm", "erase"], refusal: APIError.invalidRequest)
    let confirmation = fields.string("confirm", length: 0...255, isRequired: true)
    erases = fields.bool("erase") ?? false
    try fields.finish()
    self.confirmation = confirmation ?? ""
  }
}
