/// The answer to a request, whole in memory.
public struct HTTPResponse: Sendable {
  /// The status code, 200 to 599 (RFC 9110, section 15); interim answers (1xx) are not shown.
  public var status: Int

  /// The header fields in the order received; bytes that are not UTF-8 are replaced.
  public var headers: [HTTPHeader]

  /// The body, at most the configuration's `maximumResponseBytes`.
  public var body: [UInt8]

  /// Creates an answer, for stand-ins of the network in tests.
  public init(status: Int, headers: [HTTPHeader] = [], body: [UInt8] = []) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// The first value of a header field, whose name is compared without regard to case.
  public func header(_ name: String) -> String? {
    let name = name.lowercased()
    return headers.first { $0.isNamed(name) }?.value
  }
}

extension HTTPResponse: CustomStringConvertible {
  /// The status and the body's size: never a header's value or the body.
  public var description: String { "\(status), \(body.count) bytes" }
}

extension HTTPResponse: CustomReflectable {
  /// No children, so that `dump` and string interpolation of an enclosing value show no header and no body.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
