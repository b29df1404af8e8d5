/// The parts of an AMQP URL (RabbitMQ URI specification).
struct Endpoint: Sendable, CustomStringConvertible {
  let isTLS: Bool
  let user: String
  let password: String
  let host: String
  let port: Int
  let virtualHost: String

  /// Parses a URL of at most 2,048 bytes.
  /// - Throws: `AMQPError` with `invalidConfiguration`; the reason names the part, never its value.
  init(url: String) throws(AMQPError) {
    guard url.utf8.count <= 2048 else { throw Self.invalid("longer than 2048 bytes") }
    var rest = Substring(url)
    if let body = rest.removingPrefix("amqps://") {
      (isTLS, rest) = (true, body)
    } else if let body = rest.removingPrefix("amqp://") {
      (isTLS, rest) = (false, body)
    } else {
      throw Self.invalid("scheme is neither amqp nor amqps")
    }
    guard !rest.contains(where: { $0 == "?" || $0 == "#" }) else { throw Self.invalid("query and fragment") }

    let slash = rest.firstIndex(of: "/")
    var authority = rest[..<(slash ?? rest.endIndex)]
    if let slash, rest.index(after: slash) < rest.endIndex {
      virtualHost = try Self.decode(rest[rest.index(after: slash)...], "virtual host")
    } else {
      virtualHost = "/"
    }

    if let at = authority.lastIndex(of: "@") {
      let credentials = authority[..<at].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = try Self.decode(credentials[0], "user")
      password = credentials.count == 2 ? try Self.decode(credentials[1], "password") : ""
      authority = authority[authority.index(after: at)...]
    } else {
      (user, password) = ("guest", "guest")
    }
    let (name, digits) = try Self.split(authority)
    host = try Self.decode(name, "host")
    guard !host.isEmpty else { throw Self.invalid("host is empty") }
    guard let digits else {
      port = isTLS ? 5671 : 5672
      return
    }
    guard digits.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }), let port = Int(digits),
      1...65535 ~= port
    else { throw Self.invalid("port is not within 1 … 65535") }
    self.port = port
  }

  var description: String {
    "\(isTLS ? "amqps" : "amqp")://\(host.contains(":") ? "[\(host)]" : host):\(port) (virtual host \(virtualHost))"
  }

  /// Splits `host[:port]`, where the host may be an IPv6 address in brackets.
  private static func split(_ authority: Substring) throws(AMQPError) -> (host: Substring, port: Substring?) {
    if authority.first == "[" {
      guard let end = authority.firstIndex(of: "]") else { throw invalid("host lacks a closing bracket") }
      let host = authority[authority.index(after: authority.startIndex)..<end]
      let tail = authority[authority.index(after: end)...]
      guard tail.isEmpty || tail.first == ":" else { throw invalid("host is followed by something else than a port") }
      return (host, tail.isEmpty ? nil : tail.dropFirst())
    }
    guard let colon = authority.lastIndex(of: ":") else { return (authority, nil) }
    return (authority[..<colon], authority[authority.index(after: colon)...])
  }

  /// Decodes percent-encoding; a NUL is refused because it would end the C string early.
  private static func decode(_ text: Substring, _ part: String) throws(AMQPError) -> String {
    var bytes: [UInt8] = []
    var source = text.utf8.makeIterator()
    while let byte = source.next() {
      guard byte == UInt8(ascii: "%") else {
        bytes.append(byte)
        continue
      }
      guard let high = source.next().flatMap(hexDigit), let low = source.next().flatMap(hexDigit) else {
        throw invalid("\(part) has a broken percent-encoding")
      }
      bytes.append(high << 4 | low)
    }
    guard !bytes.contains(0), let decoded = String(validating: bytes, as: UTF8.self) else {
      throw invalid("\(part) is not text")
    }
    return decoded
  }

  private static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  private static func invalid(_ reason: String) -> AMQPError {
    AMQPError(.invalidConfiguration, "AMQP URL: \(reason)")
  }
}

extension Substring {
  fileprivate func removingPrefix(_ prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
