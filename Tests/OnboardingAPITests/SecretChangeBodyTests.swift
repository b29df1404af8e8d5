import Foundation
import HTTPTypes
import JSON
import Repository
import Testing

@testable import onboarding_api

@Suite struct SecretChangeBodyTests {
  @Test func `a change leaves what it doesn't name, and takes away what is null`() throws {
    #expect(try SecretChangeBody([:]).change == SecretChange())
    #expect(try SecretChangeBody(["name": "NEW NAME"]).change == SecretChange(name: .set("NEW_NAME")))
    let expiry = try Date("2030-01-31T00:00:00Z", strategy: .iso8601)
    let id = UUID()
    let all = try SecretChangeBody([
      "collection_id": .string(id.uuidString), "expires_at": "2030-01-31T00:00:00Z", "strict_expiry_enforcement": true,
    ]).change
    #expect(all == SecretChange(collectionID: .set(id), expiresAt: .set(expiry), isExpiryStrict: .set(true)))
    let none = try SecretChangeBody(["collection_id": nil, "expires_at": nil]).change
    #expect(none == SecretChange(collectionID: .set(nil), expiresAt: .set(nil)))
  }

  @Test(
    arguments: [
      ("name", nil), ("name", ""), ("name", 1), ("name", "a\u{0}"), ("name", "a\nb"),
      ("name", .string(String(repeating: "n", count: 256))), ("collection_id", "x"), ("collection_id", 1),
      ("expires_at", "tomorrow"), ("expires_at", 1), ("strict_expiry_enforcement", nil),
      ("strict_expiry_enforcement", "yes"), ("value", "v"), ("secret_type", "custom"), ("id", "x"),
    ] as [(String, JSONValue)])
  func `what is wrong is named`(field: String, value: JSONValue) {
    let error = #expect(throws: APIError.self) { try SecretChangeBody(.object([field: value])) }
    #expect(error?.status == .badRequest && error?.type == "validation_error")
    guard case .object(let fields)? = error?.extra["fields"] else {
      Issue.record("no fields are named")
      return
    }
    #expect(Array(fields.keys) == [field])
  }
}
