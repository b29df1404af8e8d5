import Cryptography
import JSON
import Repository

/// The body `{"password"}`, checked.
struct PasswordBody: Sendable {
  /// The longest body accepted, likewise.
  static let limit = LoginBody.limit

  let password: SecretBytes

  /// - Throws: 400 `invalid_request` with everything that is wrong; never a word of the password.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["password"], refusal: APIError.invalidRequest)
    let password = fields.string("password", length: 1...PasswordHash.passwordLength.upperBound, isRequired: true)
    try fields.finish()
    self.password = SecretBytes(copying: (password ?? "").utf8)
  }
}
