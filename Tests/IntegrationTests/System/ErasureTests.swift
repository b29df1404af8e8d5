import Foundation
import JSON
import Postgres
import Repository
import Testing

/// Cryptographic erasure, as an owner orders it over the API.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct ErasureTests {
  @Test func `what would be lost by mistake is refused`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(3, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      let stepUp = try await deployment.stepUpToken(for: tenant)
      func expect(
        _ version: String, _ body: JSONValue, _ status: Int, _ type: String,
        sourceLocation: SourceLocation = #_sourceLocation
      ) async throws -> APIAnswer {
        let answer = try await deployment.call(
          "POST", "/admin/tenant-kms/versions/\(version)/revoke", of: tenant, body, stepUp: stepUp)
        #expect(answer.status == status, "\(answer)", sourceLocation: sourceLocation)
        #expect(try answer.error["type"]?.string == type, sourceLocation: sourceLocation)
        return answer
      }
      let slug = JSONValue.string(tenant.slug)
      _ = try await expect("1", ["confirm": slug], 409, "version_active")
      let remaining = try await expect("0", ["confirm": slug, "erase": false], 409, "rows_remaining")
      #expect(try remaining.error["count"] == 3)
      for version in ["2", "7", "-1", "x", "99999999999"] {
        _ = try await expect(version, ["confirm": slug, "erase": true], 404, "not_found")
      }
      for confirmation in ["", "acme", tenant.slug.uppercased(), tenant.id.uuidString.lowercased()] {
        _ = try await expect(
          "0", ["confirm": .string(confirmation), "erase": true], 400, "confirmation_mismatch")
      }
      _ = try await expect("0", ["erase": true], 400, "invalid_request")
      _ = try await expect("0", ["confirm": slug, "erase": "yes"], 400, "invalid_request")
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a version that wraps nothing goes without a loss, and only once`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(5, for: tenant)
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      for _ in 0..<2 {
        let answer = try await deployment.call(
          "POST", "/admin/tenant-kms/versions/0/revoke", of: tenant, ["confirm": .string(tenant.slug)])
        #expect(answer.status == 200, "\(answer)")
        #expect(try answer.json["revoked"] == true)
        #expect(try answer.json["version"] == 0)
        #expect(try answer.json["rows_erased"] == 0)
        #expect(try answer.json["note"]?.string?.contains("Backups") == true)
      }
      #expect(try await deployment.keyVersions(of: tenant).map(\.status) == [.active, .revoked])
      #expect(try await deployment.revealedSecrets(of: tenant) == values)
      try await deployment.expectSound(tenant)
    }
  }

  @Test(.serialized, arguments: [false, true])
  func `an active version is erased with all it wraps, and the tenant goes on`(isSealed: Bool) async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let lost = try await deployment.makeSecrets(4, for: tenant, prefix: "LOST")
      try await deployment.onboard(account.candidate, for: tenant)
      _ = try await deployment.finishedRewrap(of: tenant)
      #expect(try await deployment.revealedSecrets(of: tenant) == lost)
      if isSealed {
        try await account.kms("DisableKey")
        try await deployment.setSealed(true, tenant)
      }

      let answer = try await deployment.call(
        "POST", "/admin/tenant-kms/versions/1/revoke", of: tenant, ["confirm": .string(tenant.slug), "erase": true])
      #expect(answer.status == 200, "\(answer)")
      #expect(try answer.json["rows_erased"] == 4)
      #expect(try answer.json["new_version"] == 2)
      #expect(try answer.json["note"]?.string?.contains(account.keyARN) == true)
      let revealed = try await deployment.revealedSecrets(of: tenant)
      #expect(revealed == lost.mapValues { _ in "410 key_revoked" })

      let job = try await deployment.finishedRewrap(of: tenant)
      #expect(job["status"] == "completed_with_failures")
      #expect(job["failed"] == 4)
      let kept = try await deployment.makeSecrets(2, for: tenant, prefix: "KEPT")
      #expect(try await deployment.revealedSecrets(of: tenant) == revealed.merging(kept) { $1 })
      let versions = try await deployment.keyVersions(of: tenant)
      #expect(versions.map(\.status) == [.active, .revoked, .retired])
      // Where nothing could be wrapped under the customer's key, the platform's wraps, and the configuration is gone.
      #expect(versions[0].wrapping.method == (isSealed ? .global : .customerKMS))
      let shown = try await deployment.client.get("/admin/tenant-kms", token: tenant.ownerToken)
      #expect(shown.status == (isSealed ? 404 : 200))
      try await deployment.expectSound(tenant)
    }
  }

  @Test func `a reveal needs a step-up, and is written down before it is answered`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(verifies: false, workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let values = try await deployment.makeSecrets(1, for: tenant)
      let listed = try await deployment.client.get("/v1/secrets", token: tenant.apiKey).json
      guard case .array(let rows)? = listed["data"], let id = rows.first?["id"]?.string else {
        return #expect(Bool(false), "no secret")
      }
      let path = "/admin/secrets/\(id)/reveal"
      #expect(try await deployment.client.send("POST", path, token: tenant.ownerToken).status == 401)
      let answer = try await deployment.call("POST", path, of: tenant, ["environment": "production"])
      #expect(answer.status == 200, "\(answer)")
      #expect(try answer.json["value"]?.string == values["SECRET_0"])
      #expect(try answer.json["name"] == "SECRET_0")
      #expect(try answer.json["value_version"] == 1)
      #expect(answer.headers["cache-control"] == "no-store")
      #expect(try await deployment.call("POST", path, of: tenant, ["environment": "staging"]).status == 404)
      let stranger = try await deployment.makeTenant()
      #expect(try await deployment.call("POST", path, of: stranger).status == 404)

      let connection = try await deployment.database.connect()
      let entries = try await connection.execute(
        "SELECT resource_id, actor_id, details->>'environment' AS environment FROM audit_log_critical", [])
      await connection.close()
      #expect(entries.count == 1)
      #expect(try entries[0].get("resource_id", as: String.self) == id)
      #expect(try entries[0].get("actor_id", as: String.self) == "operator")
      #expect(try entries[0].get("environment", as: String.self) == "production")
      for program in deployment.programs { #expect(!program.output.contains(values["SECRET_0"] ?? "none")) }
    }
  }
}
