import JSON

/// The body `{"totp"}`, checked.
struct OneTimeCode: Sendable, Equatable {
  /// The longest body accepted.
  static let limit = 1 << 10

  let digits: String

  /// - Throws: 400 `invalid_request` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["totp"], refusal: APIError.invalidRequest)
    let text = fields.string("totp", length: TOTP.digits...TOTP.digits, isRequired: true)
    if let text, !text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
      fields.refuse("totp", "must be \(TOTP.digits) digits")
    }
    try fields.finish()
    digits = text ?? ""
  }
}
