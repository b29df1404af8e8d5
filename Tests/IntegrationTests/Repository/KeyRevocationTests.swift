import Commands
import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct KeyRevocationTests {
  @Test func `a retired version that wraps nothing any more is wiped`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      try await database.finish(try await database.onboard(tenantID))
      _ = try await database.publishedNames()
      #expect(try await database.order(revocationOf: 0, of: tenantID) == KeyRevocation(rowsErased: 0, leaseID: nil))

      let revoked = try #require(try await database.keys.version(0, of: tenantID))
      #expect(revoked.status == .revoked)
      #expect(revoked.wrapping.wrappedKey.isEmpty)
      let left = try await database.count(
        "SELECT count(*) FROM tenant_keys WHERE version = 0 AND wrapped_key IS NOT NULL")
      #expect(left == 0)
      #expect(try await database.publishedNames() == ["tenant.event"])
      let entry = try #require(try await database.audit.rows().last).entry
      #expect(entry.action == "byok.kms.revoke")
      #expect(entry.actorID == "ada")
      #expect(entry.resourceID == revoked.id.uuidString.lowercased())
      #expect(entry.details["version"] == 0)
      #expect(entry.details["rows_erased"] == 0)
      try await database.expectSound(tenantID)
    }
  }

  @Test func `whatever would be lost is refused unless erasure is ordered`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(7, of: tenantID)
      await database.expectUnchanged(by: .versionActive) { try await database.order(revocationOf: 0, of: tenantID) }
      try await database.onboard(tenantID)
      await database.expectUnchanged(by: .rowsRemaining(7)) { try await database.order(revocationOf: 0, of: tenantID) }
      await database.expectUnchanged(by: .noSuchVersion) {
        try await database.order(revocationOf: 2, of: tenantID, erases: true)
      }
      await database.expectUnchanged(by: .replacementNeeded) {
        try await database.order(revocationOf: 1, of: tenantID, erases: true)
      }
      await database.expectUnchanged(by: .keyVersionMoved) {
        try await database.order(revocationOf: 1, of: tenantID, erases: true, replacement: .platform(3))
      }
      for confirmation in ["", "t", "T-\(tenantID)", "another"] {
        await database.expectUnchanged(by: .confirmationMismatch) {
          try await database.order(revocationOf: 0, of: tenantID, erases: true, confirmation: confirmation)
        }
      }
      let stranger = try await database.makeTenant()
      await database.expectUnchanged(by: .confirmationMismatch) {
        try await database.order(
          revocationOf: 0, of: stranger, erases: true, confirmation: "t-\(tenantID.uuidString.lowercased())",
          replacement: .platform(1))
      }
      await database.expectUnchanged(by: .noSuchTenant) {
        try await database.order(revocationOf: 0, of: UUID(), erases: true)
      }
    }
  }

  @Test func `an erased version takes its rows with it, counted, and nobody else's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(5, of: tenantID)
      let other = try await database.makeTenant()
      try await database.makeSecrets(2, of: other)
      let job = try await database.onboard(tenantID)
      #expect(try await database.order(revocationOf: 0, of: tenantID, erases: true).rowsErased == 5)
      #expect(try await database.audit.rows().last?.entry.details["rows_erased"] == 5)
      #expect(try await database.keys.version(0, of: other)?.status == .active)
      // The rewrap still ends, and says of each row why it couldn't be saved.
      try await database.finish(job)
      let done = try #require(try await database.rewraps.job(job))
      #expect(done.status == .completedWithFailures)
      #expect(done.failed == 5)
      let reasons = try await database.count("SELECT count(*) FROM rewrap_failures WHERE error_class = 'key_revoked'")
      #expect(reasons == 5)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 5])
      try await database.expectSound(tenantID)
    }
  }

  @Test(arguments: [NewKeyVersion.platform(2), .operatorKMS(2), .customer(2, .sample())])
  func `an erased active version is replaced in the same transaction`(replacement: NewKeyVersion) async throws {
    let isSealed = replacement.wrapping.method != .customerKMS
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(2, of: tenantID)
      let first = try await database.onboard(tenantID)
      try await database.makeSecrets(4, of: tenantID, under: 1)
      if isSealed { try await database.seal(tenantID) }
      let revocation = try await database.order(revocationOf: 1, of: tenantID, erases: true, replacement: replacement)
      #expect(revocation.rowsErased == 4)
      #expect(try await database.keys.versions(of: tenantID).map(\.status) == [.active, .revoked, .retired])
      // What could no longer wrap a key is no configuration any more.
      #expect((try await database.keys.configuration(of: tenantID) == nil) == isSealed)
      #expect(try await database.sealEvents().last == (isSealed ? .tenantUnsealed : nil))
      #expect(try await database.rewraps.job(first)?.status == .superseded)
      try await database.finish(try #require(revocation.leaseID))
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 4, 2: 2])
      let entry = try #require(try await database.audit.rows().first { $0.entry.action == "byok.kms.revoke" }).entry
      #expect(entry.details["new_version"] == 2)
      try await database.expectSound(tenantID)
    }
  }

  @Test func `revoking again changes nothing, and tells every process again`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(2, of: tenantID)
      try await database.onboard(tenantID)
      let first = try await database.order(revocationOf: 0, of: tenantID, erases: true)
      let rows = try await database.audit.rows()
      _ = try await database.publishedNames()
      #expect(try await database.order(revocationOf: 0, of: tenantID) == first)
      #expect(try await database.audit.rows() == rows)
      #expect(try await database.publishedNames() == ["tenant.event"])
    }
  }

  /// The worker has the key in memory and the row in hand: without a lock between them it would save what is erased.
  @Test func `a rewrap under way saves nothing that an erasure has counted`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(6, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      let erasure = Recorder<Task<Int64, any Error>>()
      guard
        case .committed(let next) = try await database.batch(
          start, limit: 2,
          meanwhile: { _ in
            guard erasure.all.isEmpty else { return }
            erasure.record(Task { try await database.order(revocationOf: 0, of: tenantID, erases: true).rowsErased })
            try await database.untilSomebodyWaits(for: "advisory")
          }), let cursor = next.first
      else { throw UnexpectedOutcome() }
      let erased = try await #require(erasure.all.first).value
      let saved = try await database.rowsByVersion(of: tenantID)[1] ?? 0
      #expect(erased + saved == 6)
      #expect(erased > 0)
      _ = try await database.batch(cursor)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: erased, 1: saved])
      #expect(try await database.rewraps.job(start.jobID)?.failed == Int(erased))
      try await database.expectSound(tenantID)
    }
  }
}
