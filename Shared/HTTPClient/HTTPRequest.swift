/// One HTTP request, whole in memory.
public struct HTTPRequest: Sendable {
  /// The method, a token in upper case such as `GET` or `POST`.
  public var method: String

  /// The absolute URL, ASCII, already percent-encoded; sent as written, dots in its path included.
  public var url: String

  /// The header fields, in order. `Content-Length`, `Transfer-Encoding` and other framing is the client's own to set.
  public var headers: [HTTPHeader]

  /// The body; may be empty.
  public var body: [UInt8]

  /// How long this request may take in all; the configuration's `totalTimeout` still holds. Default: that one.
  public var timeout: Duration?

  /// Creates a request; it is checked when it is sent.
  public init(
    method: String, url: String, headers: [HTTPHeader] = [], body: [UInt8] = [], timeout: Duration? = nil
  ) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
    self.timeout = timeout
  }
}

extension HTTPRequest: CustomStringConvertible {
  /// The method and the URL's origin and path: never its query, a header or the body.
  public var description: String {
    "\(method) \(url.prefix { $0 != "?" && $0 != "#" })"
  }
}

extension HTTPRequest: CustomReflectable {
  /// No children, so that `dump` and string interpolation of an enclosing value show no header and no body.
  public var customMirror: Mirror { Mirror(self, children: [:]) }
}
