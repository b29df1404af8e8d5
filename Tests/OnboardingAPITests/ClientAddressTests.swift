import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import onboarding_api

@Suite struct ClientAddressTests {
  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
    ("::ffff:192.0.2.1", "192.0.2.1"), ("::1", "0:0:0:0::/64"),
  ])
  func `an IPv6 client has a network, an IPv4 client an address`(peer: String, text: String) throws {
    #expect(try address(peer: peer).text == text)
  }

  @Test func `without a proxy in front, a client can't say where it is`() throws {
    #expect(try address(["203.0.113.9"], peer: "192.0.2.1", proxies: 0).text == "192.0.2.1")
  }

  @Test(arguments: [
    (["203.0.113.9"], 1, "203.0.113.9"), (["198.51.100.1, 203.0.113.9"], 1, "203.0.113.9"),
    (["198.51.100.1", "203.0.113.9"], 1, "203.0.113.9"), (["198.51.100.1,203.0.113.9, 10.0.0.1"], 2, "203.0.113.9"),
    (["203.0.113.9"], 2, "203.0.113.9"), ([], 1, "192.0.2.1"), (["unknown"], 1, "192.0.2.1"),
    (["2001:db8:1:2::1"], 1, "2001:db8:1:2::/64"),
  ])
  func `the entry counts that the first of our own proxies added`(entries: [String], proxies: Int, text: String)
    throws
  {
    #expect(try address(entries, peer: "192.0.2.1", proxies: proxies).text == text)
  }

  @Test(arguments: [
    ("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2::1", "2001:db8:1:2::1"), ("::ffff:192.0.2.1", "192.0.2.1"),
  ])
  func `an audit row is told the address, not its network`(peer: String, host: String) throws {
    #expect(try address(peer: peer).host == host)
  }

  @Test func `a connection without an address is this machine's`() {
    let address = ClientAddress(of: Self.request([]), from: nil, proxies: 0)
    #expect(address.text == "local")
    #expect(address.host == nil)
  }

  private func address(_ forwarded: [String] = [], peer: String, proxies: Int = 0) throws -> ClientAddress {
    ClientAddress(
      of: Self.request(forwarded), from: try SocketAddress(ipAddress: peer, port: 1), proxies: proxies)
  }

  private static func request(_ forwarded: [String]) -> Request {
    var headers = HTTPFields()
    for entry in forwarded {
      headers.append(HTTPField(name: .forwardedFor, value: entry))
    }
    return Request(
      head: HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/", headerFields: headers),
      body: RequestBody(buffer: .init()))
  }
}
