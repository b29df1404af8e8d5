extension HTTPRequest {
  static let maximumURLLength = 8 * 1024
  static let maximumHeaderLength = 32 * 1024

  /// Fields by which a caller could change where one request ends and the next begins (RFC 9112, section 6).
  private static let framing: Set = ["content-length", "transfer-encoding", "connection", "upgrade", "expect", "te"]

  /// The URL's host and port, for error texts; empty where the URL has none.
  var authority: Substring {
    guard let scheme = url.firstRange(of: "://") else { return "" }
    return url[scheme.upperBound...].prefix { !"/?#".contains($0) }
  }

  /// Refuses what must not reach the network.
  /// - Throws: `.invalidRequest` with the reason.
  func validate(_ configuration: HTTPClientConfiguration) throws(HTTPClientError) {
    guard !method.isEmpty, method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) else {
      throw .invalid("the method is not a token in upper case")
    }
    guard url.utf8.count <= Self.maximumURLLength, url.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
      throw .invalid("the URL is longer than \(Self.maximumURLLength) bytes or not printable ASCII")
    }
    guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
      throw .invalid("the URL's scheme is neither https nor http")
    }
    guard
      url.hasPrefix("https://") || configuration.allowsPlaintext
        || configuration.plaintextHosts.contains(String(authority))
    else {
      throw .invalid("the configuration does not allow http:// URLs")
    }
    guard !authority.isEmpty, !authority.contains("@") else {
      throw .invalid("the URL has no host, or has user information")
    }
    for header in headers {
      guard header.isWellFormed else { throw .invalid("a header field holds a character that is not allowed") }
      guard !Self.framing.contains(header.name.lowercased()) else {
        throw .invalid("the field \(header.name.lowercased()) is set by the client itself")
      }
    }
    guard headers.reduce(0, { $0 + $1.name.utf8.count + $1.value.utf8.count }) <= Self.maximumHeaderLength else {
      throw .invalid("the header is longer than \(Self.maximumHeaderLength) bytes")
    }
  }
}
