import JSON
import Transit

/// The body of `POST /v1/crypto/keys/{name}/decrypt` and `…/rewrap`, checked.
struct CiphertextBody: Sendable, Equatable {
  /// The longest body, in bytes.
  static let limit = TransitCiphertext.maximumTextLength + (16 << 10)

  let ciphertext: TransitCiphertext

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["ciphertext"])
    let text = fields.string("ciphertext", length: 1...TransitCiphertext.maximumTextLength, isRequired: true)
    try fields.finish()
    do throws(TransitError) { ciphertext = try TransitCiphertext(parsing: text ?? "") } catch {
      throw .ciphertext(error.description)
    }
  }
}

extension APIError {
  /// A ciphertext that isn't one, or not one of this key's.
  static func ciphertext(_ reason: String) -> APIError {
    .validation("the body doesn't fit", fields: ["ciphertext": [reason]])
  }
}
