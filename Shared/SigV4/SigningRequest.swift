/// A request to sign, as it will be sent.
public struct SigningRequest: Sendable {
  /// The longest path and the longest query, in bytes.
  public static let maximumTargetByteCount = 8192
  /// The most header fields.
  public static let maximumHeaderCount = 64
  /// The longest header in all, names and values, in bytes.
  public static let maximumHeaderByteCount = 32768
  /// The longest body, in bytes: 16 MiB.
  public static let maximumBodyByteCount = 16 << 20

  /// The method, 1 to 16 upper-case letters.
  public var method: String
  /// The path, beginning with a slash and percent-encoded as it will be sent.
  public var path: String
  /// The query without its question mark, percent-encoded as it will be sent; nil or empty if there is none.
  public var query: String?
  /// The header fields that will be sent, with exactly one `Host`. All are signed, but for those that proxies change.
  public var headers: [HeaderField]
  /// The body, which may be empty.
  public var body: [UInt8]

  /// Creates a request; it is checked when it is signed.
  public init(
    method: String, path: String = "/", query: String? = nil, headers: [HeaderField], body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }
}

extension SigningRequest: CustomStringConvertible, CustomReflectable {
  /// The method and the path: never the query, a header or the body.
  public var description: String { "\(method) \(path)" }

  /// A mirror without children, so that `dump` shows nothing more.
  public var customMirror: Mirror { Mirror(self, children: []) }
}
