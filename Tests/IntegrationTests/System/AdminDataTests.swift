import Foundation
import JSON
import Testing

/// The tenant's data in the hands of its people: what programs do by `/v1`, in the name of who does it.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(1))) struct AdminDataTests {
  @Test func `an admin keeps secrets that programs see, and is written down for each act`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let path = "/admin/secrets"
      let made = try await deployment.client.post(path, token: tenant.ownerToken, ["name": "DB URL", "value": "one"])
      #expect(made.status == 201, "\(made)")
      let id = try #require(try made.json["data"]?["id"]?.string)
      let written = try await deployment.client.send(
        "PUT", "\(path)/\(id)/value", token: tenant.ownerToken, body: Array(#"{"value":"two"}"#.utf8))
      #expect(try written.json["data"]?["value_version"] == 2, "\(written)")
      let renamed = try await deployment.client.send(
        "PATCH", "\(path)/\(id)", token: tenant.ownerToken, body: Array(#"{"name":"DATABASE_URL"}"#.utf8))
      #expect(renamed.status == 200, "\(renamed)")
      let shown = try await deployment.client.get("/v1/secrets/\(id)", token: tenant.apiKey)
      #expect(
        try await shown.json["data"] == deployment.client.get("\(path)/\(id)", token: tenant.ownerToken).json["data"])
      #expect(try shown.json["data"]?["name"] == "DATABASE_URL")
      #expect(try await deployment.revealedSecrets(of: tenant) == ["DATABASE_URL": "two"])

      let bare = try await deployment.client.send("DELETE", "\(path)/\(id)", token: tenant.ownerToken)
      #expect(try bare.status == 401 && bare.error["type"] == "step_up_required")
      #expect(try await deployment.call("DELETE", "\(path)/\(id)", of: tenant).status == 204)
      #expect(try await deployment.client.get("/v1/secrets/\(id)", token: tenant.apiKey).status == 404)

      let log = try await deployment.client.get("/v1/audit-logs?resource_type=secret", token: tenant.apiKey).json
      guard case .array(let rows)? = log["data"] else { throw UnexpectedOutcome() }
      #expect(
        rows.map { $0["action"]?.string }
          == ["secret.delete", "secret.reveal", "secret.update", "secret.value_set", "secret.create"])
      #expect(Set(rows.map { $0["details"]?["actor_id"] }) == ["operator"])
      #expect(rows.allSatisfy { $0["ip_address"] == "127.0.0.1" })
    }
  }

  @Test func `a search finds a text anywhere in a name, whatever the case, and takes no pattern`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      for name in ["STRIPE_KEY", "stripe_secret", "100%", "MAIL"] {
        let made = try await deployment.client.post(
          "/admin/secrets", token: tenant.ownerToken, ["name": .string(name), "value": "v"])
        try #require(made.status == 201)
      }
      for (search, found) in [("stripe", 2), ("KEY", 1), ("%25", 1), ("_", 2), ("", 4), ("nothing", 0)] {
        for (area, token) in [("/admin", tenant.ownerToken), ("/v1", tenant.apiKey)] {
          let answer = try await deployment.client.get("\(area)/secrets?search=\(search)&per_page=1", token: token)
          #expect(try answer.json["meta"]?["total"]?.integer == found, "\(search): \(answer)")
        }
      }
      let bad = "search=\(String(repeating: "n", count: 256))"
      let byAdmin = try await deployment.client.get("/admin/secrets?\(bad)", token: tenant.ownerToken)
      #expect(try byAdmin.error["type"] == "invalid_request" && byAdmin.error["fields"]?["search"] != nil)
      let byProgram = try await deployment.client.get("/v1/secrets?\(bad)", token: tenant.apiKey)
      #expect(try byProgram.error["type"] == "validation_error")
    }
  }

  @Test func `an admin makes, rotates and destroys transit keys, and makes and revokes agents`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let token = tenant.ownerToken
      let made = try await deployment.client.post("/admin/transit-keys", token: token, ["name": "orders"])
      #expect(made.status == 201, "\(made)")
      #expect(try made.json["data"]?["created_by"] == "operator")
      let rotated = try await deployment.client.send("POST", "/admin/transit-keys/orders/rotate", token: token)
      #expect(try rotated.json["data"]?["new_version"] == 2, "\(rotated)")
      let version = "/admin/transit-keys/orders/versions/1"
      #expect(try await deployment.client.send("DELETE", version, token: token).status == 401)
      let kept = try await deployment.call("DELETE", version, of: tenant)
      #expect(try kept.status == 409 && kept.error["type"] == "deletion_not_allowed")
      let allowed = try await deployment.client.send(
        "PATCH", "/admin/transit-keys/orders", token: token, body: Array(#"{"deletion_allowed":true}"#.utf8))
      #expect(allowed.status == 200, "\(allowed)")
      #expect(try await deployment.call("DELETE", version, of: tenant).json["data"]?["destroyed"] == 1)
      let listed = try await deployment.client.get("/admin/transit-keys", token: token).json
      #expect(try await listed["data"] == deployment.client.get("/v1/crypto/keys", token: tenant.apiKey).json["data"])

      let agent = try await deployment.client.post("/admin/agents", token: token, ["name": "proxy"]).json["data"]
      #expect(agent?["agent_secret"]?.string?.hasPrefix("ags_") == true)
      let id = try #require(agent?["id"]?.string)
      let revoked = try await deployment.client.send("DELETE", "/admin/agents/\(id)", token: token)
      #expect(try revoked.json["data"]?["revoked"] == true, "\(revoked)")
    }
  }

  @Test func `who may only read changes nothing, and another tenant's data is nobody's`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let made = try await deployment.client.post(
        "/admin/secrets", token: tenant.ownerToken, ["name": "MINE", "value": "v"])
      let id = try #require(try made.json["data"]?["id"]?.string)
      let viewer = try await deployment.token(for: tenant.id, role: "viewer")
      let stranger = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      for (method, path) in [
        ("POST", "/admin/secrets"), ("PUT", "/admin/secrets/\(id)/value"), ("PATCH", "/admin/secrets/\(id)"),
        ("POST", "/admin/transit-keys"), ("POST", "/admin/agents"),
      ] {
        let body: JSONValue = ["name": "THEIRS", "value": "v"]
        let refused = try await deployment.client.send(method, path, token: viewer, body: body.canonicalBytes)
        #expect(try refused.status == 403 && refused.error["type"] == "permission_denied", "\(method) \(path)")
      }
      #expect(try await deployment.client.get("/admin/secrets", token: viewer).json["meta"]?["total"] == 1)
      for path in ["/admin/secrets/\(id)", "/admin/secrets/x"] {
        #expect(try await deployment.client.get(path, token: stranger.ownerToken).status == 404)
        #expect(try await deployment.call("DELETE", path, of: stranger).status == 404)
      }
      #expect(try await deployment.client.get("/admin/secrets", token: stranger.ownerToken).json["meta"]?["total"] == 0)
      #expect(try await deployment.client.get("/admin/secrets", token: tenant.apiKey).status == 401)
      #expect(try await deployment.fingerprint() == before)
    }
  }
}
