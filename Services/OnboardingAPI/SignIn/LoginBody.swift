import Cryptography
import JSON
import Repository

/// The body of `POST /admin/auth/login`, checked: `{"email","password"}`.
struct LoginBody: Sendable {
  /// The longest body accepted: a password of which every byte is escaped as six, and the rest.
  static let limit = 4 << 10

  let email: EmailAddress
  let password: SecretBytes

  /// - Throws: 400 `invalid_request` with everything that is wrong; never a word of the password.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["email", "password"], refusal: APIError.invalidRequest)
    let text = fields.string("email", length: 1...254, isRequired: true)
    let password = fields.string("password", length: 1...PasswordHash.passwordLength.upperBound, isRequired: true)
    let email = text.flatMap { EmailAddress($0) }
    if text != nil, email == nil { fields.refuse("email", "must be an email address") }
    try fields.finish()
    guard let email else { throw .invalidRequest("the body doesn't fit") }
    self.email = email
    self.password = SecretBytes(copying: (password ?? "").utf8)
  }
}
