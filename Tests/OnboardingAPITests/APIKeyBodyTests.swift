import Foundation
import JSON
import Repository
import Testing

@testable import onboarding_api

@Suite struct APIKeyBodyTests {
  static let now = Date(timeIntervalSince1970: 1_795_492_814)

  @Test func `a name is enough for a key that may do everything for ever`() throws {
    let body = try APIKeyBody(["name": "build server"], now: Self.now)
    #expect(body.name == "build server")
    #expect(body.scopes == nil)
    #expect(body.expiresAt == nil)
  }

  @Test func `scopes and an end are taken as they are`() throws {
    let body = try APIKeyBody(
      ["name": "n", "scopes": ["crypto:use", "audit:read"], "expires_at": "2030-01-31T00:00:00Z"], now: Self.now)
    #expect(body.scopes == [.cryptoUse, .auditRead])
    #expect(body.expiresAt == Date(timeIntervalSince1970: 1_896_048_000))
  }

  @Test(
    arguments: [
      ("name", nil), ("name", ""), ("name", "a\nb"), ("name", 1), ("scopes", []), ("scopes", "crypto:use"),
      ("scopes", ["crypto:use", "crypto:use"]), ("scopes", ["root"]), ("scopes", [1]), ("scopes", ["crypto:use", 1]),
      ("expires_at", "2020-01-31T00:00:00Z"), ("expires_at", "tomorrow"), ("expires_at", 1), ("tenant_id", "x"),
    ] as [(String, JSONValue?)])
  func `a member that doesn't fit is named`(name: String, value: JSONValue?) {
    var members: [String: JSONValue] = ["name": "n"]
    members[name] = value
    let error = #expect(throws: APIError.self) { try APIKeyBody(.object(members), now: Self.now) }
    #expect(error?.type == "invalid_request")
    #expect(error?.extra["fields"]?[name] != nil)
  }
}
