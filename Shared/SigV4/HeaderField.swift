/// One line of a request's header.
public struct HeaderField: Sendable, Hashable {
  /// The name, in any case.
  public var name: String
  /// The value, on one line.
  public var value: String

  /// Creates a header field; it is checked when the request is signed.
  public init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}
