import JSON
import Repository

/// The body of `POST /v1/crypto/keys`, checked.
struct TransitKeyBody: Sendable, Equatable {
  /// The longest body, in bytes.
  static let limit = 16 << 10
  /// The longest description, in Unicode scalar values.
  static let descriptionLength = 0...256

  let name: String
  let algorithm: TransitKey.Algorithm
  let mode: TransitKey.Mode
  let description: String?

  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue) throws(APIError) {
    var fields = try BodyReader(json, knownNames: ["name", "key_type", "mode", "description"])
    let name = fields.string("name", length: 1...128, isRequired: true)
    if let name, !TransitKey.isName(name) {
      fields.refuse("name", "must consist of letters, digits, `.`, `_` and `-`, the first a letter or digit")
    }
    algorithm = fields.word("key_type") ?? .aes256GCM
    mode = fields.word("mode") ?? .cloudOnly
    description = fields.text("description", length: Self.descriptionLength)
    try fields.finish()
    self.name = name ?? ""
  }
}

extension BodyReader {
  /// One of a few words.
  mutating func word<Word: RawRepresentable<String> & CaseIterable>(_ name: String) -> Word? {
    guard let text = string(name, length: 0...64) else { return nil }
    let word = Word(rawValue: text)
    if word == nil { refuse(name, "must be one of \(Word.allCases.map(\.rawValue).joined(separator: ", "))") }
    return word
  }
}
