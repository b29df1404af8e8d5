import HTTPTypes

extension HTTPFields {
  /// The value of a header that may stand there once; nil where there is none, or several.
  ///
  /// The subscript joins what several have to one text, which no such header's grammar takes either, and makes a copy of
  /// all for each look.
  func only(_ name: HTTPField.Name) -> String? {
    var value: String?
    for field in self where field.name == name {
      guard value == nil else { return nil }
      value = field.value
    }
    return value
  }
}
