import Foundation
import HummingbirdCore
import JSON
import Repository
import Testing

@testable import onboarding_api

@Suite struct AuditFeedQueryTests {
  @Test func `without a query the feed is read from its start`() throws {
    let query = try AuditFeedQuery(URI("/v1/audit-logs/events"))
    #expect(query.position == .start)
    #expect(query.actionPrefix == nil)
    #expect(query.limit == 100)
  }

  @Test(arguments: [0, 1, 0x0123_4567_89AB_CDEF, .max] as [UInt64])
  func `a cursor leads back to its place`(number: UInt64) throws {
    let position = AuditLog.Position(transactionID: number, id: UUID())
    let text = AuditCursor(position: position).text
    #expect(text.wholeMatch(of: /[0-9a-f]{48}/) != nil)
    let query = try AuditFeedQuery(URI("/v1/audit-logs/events?cursor=\(text)&action_prefix=secret.&limit=7"))
    #expect(query.position == position)
    #expect(query.actionPrefix == "secret.")
    #expect(query.limit == 7)
  }

  @Test(arguments: [
    "cursor=", "cursor=x", "cursor=\(String(repeating: "0", count: 47))", "cursor=\(String(repeating: "0", count: 50))",
    "cursor=\(String(repeating: "g", count: 48))", "cursor=%00", "limit=0", "limit=1001", "limit=x", "limit=1&limit=2",
    "action_prefix=", "action_prefix=%00", "action_prefix=\(String(repeating: "a", count: 65))",
  ])
  func `what doesn't fit is named`(query: String) {
    let error = #expect(throws: APIError.self) { try AuditFeedQuery(URI("/v1/audit-logs/events?\(query)")) }
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?[String(query.prefix { $0 != "=" })] != nil)
  }
}
