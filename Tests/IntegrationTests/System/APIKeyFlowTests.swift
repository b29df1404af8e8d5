import Foundation
import JSON
import Testing

/// API keys from where they are made to where they are good for nothing any more.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct APIKeyFlowTests {
  @Test func `a key made for one thing does that thing, until it is revoked, in every process`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let client = deployment.client
      let created = try await client.post(
        "/admin/api-keys", token: tenant.ownerToken, ["name": "reader", "scopes": ["secrets:read"]])
      #expect(created.status == 201, "\(created)")
      let key = try #require(try created.json["api_key"]?.string)
      let id = try #require(try created.json["id"]?.string)
      #expect(try await client.get("/v1/secrets", token: key).status == 200)
      let refused = try await client.post("/v1/secrets", token: key, ["name": "A", "value": "v"])
      #expect(refused.status == 403)
      #expect(try refused.error["type"] == "permission_denied")
      #expect(try refused.error["message"]?.string?.contains("secrets:write") == true)

      let listed = try await client.get("/admin/api-keys", token: tenant.ownerToken)
      #expect(!listed.text.contains(key))
      #expect(listed.text.contains(id))

      // By the command line: only the broadcast can tell the running process at once.
      _ = try await deployment.run(["api-key", "revoke", "--tenant", tenant.id.uuidString, "--id", id])
      let isRefused = try await eventually("the key is refused") {
        try await client.get("/v1/secrets", token: key).status == 401 ? true : nil
      }
      #expect(isRefused)
      #expect(try await client.get("/v1/secrets", token: tenant.apiKey).status == 200)
      #expect(!deployment.api.output.contains(key))
      #expect(try await !deployment.dump().contains(key))
    }
  }

  @Test func `the command line makes a key, which the API takes away at once`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let other = try await deployment.makeTenant()
      let made = try await deployment.run([
        "api-key", "create", "--tenant", tenant.id.uuidString, "--name", "lister", "--scope", "agents:read", "--days",
        "30",
      ])
      let json = try JSONValue(parsing: Array(made.utf8))
      let key = try #require(json["api_key"]?.string)
      let id = try #require(json["id"]?.string)
      #expect(json["scopes"] == ["agents:read"])
      #expect(json["expires_at"] != .null)
      let client = deployment.client
      #expect(try await client.get("/v1/agents", token: key).status == 200)
      #expect(try await client.get("/v1/secrets", token: key).status == 403)
      for token in [other.ownerToken, try await deployment.token(for: tenant.id, role: "viewer")] {
        let answer = try await client.send("DELETE", "/admin/api-keys/\(id)", token: token)
        #expect([403, 404].contains(answer.status), "\(answer)")
      }
      #expect(try await client.get("/v1/agents", token: key).status == 200)
      let revoked = try await client.send("DELETE", "/admin/api-keys/\(id)", token: tenant.ownerToken)
      #expect(try revoked.json["revoked"] == true)
      #expect(try await client.get("/v1/agents", token: key).status == 401)
      let listed = try await deployment.run(["api-key", "list", "--tenant", tenant.id.uuidString])
      #expect(listed.split(separator: "\n").count == 2)
      #expect(listed.contains(id))
      #expect(!listed.contains(key))
      for arguments in [["create", "--name", "n", "--scope", "root"], ["revoke", "--id", "nothing"]] {
        await #expect(throws: Deployment.Failed.self) {
          try await deployment.run(["api-key"] + arguments + ["--tenant", tenant.id.uuidString])
        }
      }
    }
  }
}
