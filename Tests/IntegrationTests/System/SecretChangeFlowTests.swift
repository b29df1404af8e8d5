import Foundation
import JSON
import Testing

/// `PATCH /v1/secrets/{id}` on real servers.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(1))) struct SecretChangeFlowTests {
  @Test func `a secret's settings change, and its value doesn't`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let stranger = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(2, for: tenant)
      guard case .array(let rows)? = try await deployment.client.get("/v1/secrets", token: tenant.apiKey).json["data"],
        let id = rows[0]["id"]?.string, let name = rows[0]["name"]?.string, let taken = rows[1]["name"]?.string
      else { throw UnexpectedOutcome() }
      func patch(_ body: JSONValue, id: String = id, of owner: Deployment.Tenant = tenant) async throws -> APIAnswer {
        try await deployment.client.send(
          "PATCH", "/v1/secrets/\(id)", token: owner.apiKey, body: body.canonicalBytes)
      }
      let collection = UUID().uuidString.lowercased()
      let changed = try await patch([
        "name": "NEW NAME", "collection_id": .string(collection), "expires_at": "2040-01-31T00:00:00Z",
        "strict_expiry_enforcement": true,
      ])
      #expect(
        try changed.json["data"] == [
          "id": .string(id), "name": "NEW_NAME", "expires_at": "2040-01-31T00:00:00.000Z",
          "strict_expiry_enforcement": true,
        ])
      let shown = try #require(
        try await deployment.client.get("/v1/secrets/\(id)", token: tenant.apiKey).json["data"])
      #expect(shown["collection_id"]?.string == collection && shown["shortcode_name"] == "new_name")
      #expect(try await deployment.revealedSecrets(of: tenant)["NEW_NAME"] == values[name])

      let kept = try await patch(["collection_id": nil, "expires_at": nil])
      #expect(try kept.json["data"]?["name"] == "NEW_NAME" && kept.json["data"]?["expires_at"] == .null)
      let before = try await deployment.fingerprint()
      let conflict = try await patch(["name": .string(taken)])
      #expect(conflict.status == 409)
      #expect(try conflict.error["type"] == "conflict")
      for (id, owner) in [(id, stranger), (UUID().uuidString, tenant), ("x", tenant)] {
        #expect(try await patch(["name": "mine"], id: id, of: owner).status == 404)
      }
      #expect(try await patch(["value": "v"]).status == 400)
      #expect(try await deployment.fingerprint() == before)
    }
  }
}
