import Cryptography
import JSON
import Transit

/// The body of `POST /v1/crypto/keys/{name}/encrypt`, checked.
struct PlaintextBody: Sendable, Equatable {
  /// The longest body, in bytes: a plaintext of which every byte is escaped as two, and the rest.
  static let limit = 2 * TransitKeys.maximumPlaintextLength + (16 << 10)

  let plaintext: SecretBytes

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["plaintext", "plaintext_b64"])
    let text = fields.string("plaintext", length: 0...TransitKeys.maximumPlaintextLength)
    let encoded = fields.string("plaintext_b64", length: 0...(TransitKeys.maximumPlaintextLength + 2) / 3 * 4)
    let decoded = encoded.flatMap { SecretBytes(base64: $0) }
    if encoded != nil, decoded == nil { fields.refuse("plaintext_b64", "must be base64, padded, without white space") }
    switch (fields.has("plaintext"), fields.has("plaintext_b64")) {
    case (false, false): fields.refuse("plaintext", "is required, or plaintext_b64")
    case (true, true): fields.refuse("plaintext_b64", "must not come together with plaintext")
    case (true, false), (false, true): break
    }
    if let decoded, decoded.count > TransitKeys.maximumPlaintextLength {
      fields.refuse("plaintext_b64", "must encode at most \(TransitKeys.maximumPlaintextLength) bytes")
    }
    try fields.finish()
    plaintext = decoded ?? SecretBytes(copying: (text ?? "").utf8)
  }
}
