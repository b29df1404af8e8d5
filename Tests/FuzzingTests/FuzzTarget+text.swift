import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSON
import NIOCore
import Repository
import Testing

@testable import onboarding_api

extension FuzzTarget {
  static let json = FuzzTarget(
    name: "json",
    dictionary: [
      #"{"a":1}"#, "[]", "null", "true", "false", "1e308", "-0", "9007199254740993", "1E-7", "0.1", #""\u0000""#,
      #"\ud83d\ude00"#, #"\ud800"#, "\\", "é", "[[[[[[[[", #"{"a":"#, #""a""#, ",", "\u{FEFF}",
    ]
  ) { bytes in
    let value: JSONValue
    do throws(JSONError) { value = try JSONValue(parsing: bytes) } catch { return error.code.rawValue }
    let canonical = value.canonicalBytes
    try Violation.unless(try JSONValue(parsing: canonical, maximumLength: 1 << 24) == value, "what is written is read")
    try Violation.unless(try JSONValue(parsing: canonical).canonicalBytes == canonical, "canonical is canonical")
    // Ours is the stricter one: whatever it accepts, others do.
    _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
    return value.kind
  }

  static let timestamp = FuzzTarget(
    name: "timestamp",
    dictionary: ["2030-01-31T00:00:00Z", "T", "Z", "+23:59", "-00:00", ".123456789", "0000", "9999", "-02-29", "٣"]
  ) { bytes in
    guard let date = Date(rfc3339: String(decoding: bytes, as: UTF8.self)) else { return "refused" }
    let text = String.timestamp(date)
    let again = try #require(Date(rfc3339: text))
    try Violation.unless(abs(again.timeIntervalSince(date)) < 0.0011, "a time is the same when written and read")
    try Violation.unless(String.timestamp(again) == text, "and then stays so to the letter")
    return "accepted"
  }

  static let query = FuzzTarget(
    name: "query",
    dictionary: [
      "page=1", "per_page=100", "cursor=", "&", "=", "%00", "%zz", "%F0%9F%98%80", "action_prefix=", "limit=1000",
      "9223372036854775808", "-1", "+", "?", "#", "action=", "resource_type=",
    ]
  ) { bytes in
    let uri = URI("/v1/audit-logs?" + String(decoding: bytes, as: UTF8.self))
    var behaviour = ""
    do {
      let page = try Page(uri)
      try Violation.unless((1...1_000_000).contains(page.page) && (1...100).contains(page.perPage), "a page is bounded")
      behaviour += "page "
    } catch let error as APIError { behaviour += "\(error.extra.keys.sorted()) " }
    do {
      let feed = try AuditFeedQuery(uri)
      let text = AuditCursor(position: feed.position).text
      try Violation.unless(AuditCursor(text)?.position == feed.position, "a cursor is the same when written and read")
      behaviour += "feed "
    } catch let error as APIError { behaviour += "\(error.extra.keys.sorted()) " }
    do { behaviour += try AuditLogFilter(uri).action == nil ? "all" : "some" } catch { behaviour += "refused" }
    return behaviour
  }

  static let address = FuzzTarget(
    name: "address",
    dictionary: [
      "192.0.2.1", "2001:db8::1", "::ffff:192.0.2.1", ",", ", ", "::", ":", "fe80::1%eth0", "[::1]:80", "1.2.3",
      "0x7f.1", "127.0.0.1:80", "01.02.03.04", "unknown",
    ]
  ) { bytes in
    guard let proxies = bytes.first.map({ Int($0 % 4) }) else { return "nothing" }
    let text = String(decoding: bytes.dropFirst(), as: UTF8.self)
    func read(_ text: String, proxies: Int) -> ClientAddress {
      let head = HTTPRequest(
        method: .post, scheme: nil, authority: nil, path: "/", headerFields: [.forwardedFor: text])
      return ClientAddress(of: Request(head: head, body: .init(buffer: ByteBuffer())), from: nil, proxies: proxies)
    }
    let address = read(text, proxies: proxies)
    let known = Set("0123456789abcdef.:/")
    try Violation.unless(
      address.text == "local" || address.text.count <= 45 && address.text.allSatisfy(known.contains), "it is an address"
    )
    try Violation.unless(proxies > 0 || address.text == "local", "without a proxy nobody says where they come from")
    if let host = address.host {
      try Violation.unless(read(host, proxies: 1) == address, "an address is the same when read once more")
    }
    return address.text == "local" ? "local" : address.text.contains(":") ? "six" : "four"
  }
}
