import Foundation
import JSON
import Postgres
import Testing

@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct AuditFlowTests {
  @Test func `an auditor verifies the chain over HTTP and offline, and finds what somebody tampered with`() async throws
  {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 1, as: account) { deployment in
      let tenant = try await deployment.makeTenant()
      let stranger = try await deployment.makeTenant()
      let client = deployment.client
      let onboarded = try await client.post("/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
      #expect(onboarded.status == 200, "\(onboarded)")
      _ = try await deployment.finishedRewrap(of: tenant)

      let shown = try await client.get("/admin/audit/chain", token: tenant.ownerToken).json
      guard case .array(let rows) = shown["rows"] else {
        Issue.record("no rows in \(shown)")
        return
      }
      #expect(rows.compactMap { $0["action"]?.string } == ["rewrap.complete", "byok.kms.onboard"])
      #expect(shown["meta"]?["total"] == 2)
      let hidden = try await client.get("/admin/audit/chain", token: stranger.ownerToken).json
      #expect(hidden["rows"] == [])
      let verified = try await client.get("/admin/audit/chain/verify", token: tenant.ownerToken).json
      #expect(verified == ["ok": true, "rows": 2, "first_bad_sequence": .null])
      let counted = try await client.get("/admin/audit/chain/verify", token: stranger.ownerToken).json
      #expect(counted == ["ok": true, "rows": 0, "first_bad_sequence": .null])

      let environment = deployment.environment
      let head = try await Deployment.run(["audit", "head"], environment)

      let export = try await Deployment.run(["audit", "export"], environment)
      let says = "audit: ok rows=2 head=\(head)"
      #expect(try await Deployment.run(["audit", "verify", "--head", head], environment) == says)
      #expect(try await verify(export, head: head) == says)
      // The export alone can't tell that its last row is gone; the head, kept elsewhere, can.
      let cut = String(export.split(separator: "\n")[0])
      #expect(try await verify(cut, head: nil).hasPrefix("audit: ok rows=1"))
      await #expect(throws: Deployment.Failed.self) { try await verify(cut, head: head) }
      let edited = export.replacing("byok.kms.onboard", with: "byok.kms.nothing")
      await #expect(throws: Deployment.Failed.self) { try await verify(edited, head: nil) }

      // The database's owner can switch the trigger off; the hashes still tell.
      let connection = try await deployment.database.connect()
      for sql in [
        "ALTER TABLE audit_log_critical DISABLE TRIGGER audit_log_critical_append_only",
        "UPDATE audit_log_critical SET actor_id = 'nobody' WHERE sequence_number = 1",
      ] { _ = try await connection.execute(PostgresStatement(unchecked: sql), []) }
      await connection.close()
      let tampered = try await client.get("/admin/audit/chain/verify", token: tenant.ownerToken).json
      #expect(tampered == ["ok": false, "rows": 2, "first_bad_sequence": 1])
      await #expect(throws: Deployment.Failed.self) { try await Deployment.run(["audit", "verify"], environment) }
    }
  }

  private func verify(_ export: String, head: String?) async throws -> String {
    let file = FileManager.default.temporaryDirectory.appending(path: "audit-\(UUID().uuidString).jsonl")
    try Data(export.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    return try await Deployment.run(["audit", "verify", file.path] + (head.map { ["--head", $0] } ?? []), [:])
  }
}
