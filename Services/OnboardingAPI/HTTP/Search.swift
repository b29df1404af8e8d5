import HummingbirdCore

/// What a list is narrowed down to: `?search=text`, found anywhere in a name, whatever the case.
struct Search: Sendable, Equatable {
  /// The longest text, in Unicode scalar values: that of a name.
  static let maximumLength = 255

  /// Nil for everything, which an empty text asks for too: that is what a form sends.
  let text: String?

  /// - Throws: 400 `validation_error`.
  init(_ uri: URI) throws(APIError) {
    var query = QueryReader(uri)
    let text = query.text("search", length: 0...Self.maximumLength)
    try query.finish()
    self.text = text?.isEmpty == true ? nil : text
  }
}
