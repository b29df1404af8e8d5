import Glibc
import HTTPTypes
import Hummingbird
import NIOCore

/// Whose attempts are counted together: an IPv4 address, or the /64 network that one customer has in IPv6.
struct ClientAddress: Sendable, Equatable {
  /// `192.0.2.1`, `2001:db8:0:1::/64`, or `local` for a connection without an address.
  let text: String
  /// The address itself; nil for a connection without one.
  let host: String?

  /// - Parameters:
  ///   - request: of which `X-Forwarded-For` counts where proxies stand in front.
  ///   - peer: the other end of the connection.
  ///   - proxies: how many there are. Each adds whom it heard from at the end, so what stands before the last that many
  ///     entries is only what a client says.
  init(of request: Request, from peer: SocketAddress?, proxies: Int) {
    let found = Self.forwarded(request, past: proxies).flatMap(Self.read) ?? peer.flatMap(Self.read)
    text = found?.network ?? "local"
    host = found?.host
  }

  /// What the first of our own proxies added, if there is one.
  private static func forwarded(_ request: Request, past proxies: Int) -> String? {
    guard proxies > 0 else { return nil }
    let entries = request.headers[values: .forwardedFor].joined(separator: ",").split(separator: ",")
    return entries.suffix(proxies).first.map { String($0.trimmingPrefix { $0 == " " }) }
  }

  /// Nil for a connection without an address.
  private static func read(_ peer: SocketAddress) -> (network: String, host: String)? {
    guard let text = peer.ipAddress else { return nil }
    // What the system has written needs no reading.
    guard case .v4 = peer else { return read(text) }
    return (text, text)
  }

  /// Nil for what is no address.
  private static func read(_ text: String) -> (network: String, host: String)? {
    if octets(AF_INET, text, count: 4) != nil { return (text, text) }
    guard let bytes = octets(AF_INET6, text, count: 16) else { return nil }
    // An IPv4 client as a socket for both sees it (RFC 4291, section 2.5.5.2).
    if bytes.prefix(10).allSatisfy({ $0 == 0 }), bytes[10...11] == [0xFF, 0xFF] {
      let dotted = bytes[12...].map { String($0) }.joined(separator: ".")
      return (dotted, dotted)
    }
    let groups = stride(from: 0, to: 8, by: 2).map { UInt16(bytes[$0]) << 8 | UInt16(bytes[$0 + 1]) }
    return (groups.map { String($0, radix: 16) }.joined(separator: ":") + "::/64", text)
  }

  private static func octets(_ family: Int32, _ text: String, count: Int) -> [UInt8]? {
    var bytes = [UInt8](repeating: 0, count: count)
    return inet_pton(family, text, &bytes) == 1 ? bytes : nil
  }
}

extension HTTPField.Name {
  /// `X-Forwarded-For`.
  static let forwardedFor = Self("X-Forwarded-For") ?? .authorization
}
