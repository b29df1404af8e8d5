import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct KeyRotationTests {
  @Test func `a rotation changes everything that it must`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let first = try await database.onboard(tenantID)
      _ = try await database.publishedNames()
      let before = try await database.keys.configuration(of: tenantID)
      let leaseID = try await database.rotate(tenantID, to: 2)

      let versions = try await database.keys.versions(of: tenantID)
      #expect(versions.map(\.version) == [2, 1, 0])
      #expect(versions.map(\.status) == [.active, .retired, .retired])
      #expect(try await database.keys.configuration(of: tenantID) == before)
      #expect(try await database.rewraps.job(first)?.status == .superseded)
      let job = try #require(try await database.rewraps.job(leaseID, of: tenantID))
      #expect(job.status == .running)
      #expect(job.targetVersion == 2)
      #expect(try await database.publishedNames() == ["tenant.event", "rewrap.start", "tenant.event"])

      let row = try #require(try await database.audit.rows().last)
      #expect(row.entry.action == "byok.kms.rotate")
      #expect(row.entry.actorID == "ada")
      #expect(row.entry.tenantID == tenantID)
      #expect(row.entry.resourceID == versions[0].id.uuidString.lowercased())
      #expect(row.entry.details["version"] == 2)
      #expect(row.entry.details["rewrap_lease_id"]?.string == leaseID.uuidString.lowercased())
      try await database.expectSound(tenantID)
    }
  }

  @Test(arguments: [-1, 0, 1, 3, 9] as [Int32])
  func `a version that would be skipped or repeated leaves everything as it was`(version: Int32) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      await database.expectUnchanged(by: .keyVersionMoved) {
        let key = NewKeyVersion(
          id: UUID(), version: version, wrapping: NewKeyVersion.customer(0, .sample()).wrapping)
        return try await database.keys.rotate(to: key, of: tenantID, actorID: "ada", at: MigratedDatabase.now)
      }
    }
  }

  @Test func `only a tenant with a configuration rotates, and only while it isn't sealed`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      await database.expectUnchanged(by: .noConfiguration) { try await database.rotate(tenantID, to: 1) }
      await database.expectUnchanged(by: .noConfiguration) { try await database.remove(tenantID, version: 1) }
      try await database.onboard(tenantID)
      try await database.seal(tenantID)
      await database.expectUnchanged(by: .tenantSealed) { try await database.rotate(tenantID, to: 2) }
      await database.expectUnchanged(by: .tenantSealed) { try await database.remove(tenantID, version: 2) }
    }
  }

  @Test func `a tenant on the platform's wrapping rotates under whichever key that is`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      for key in [NewKeyVersion.platform(1), .operatorKMS(2), .operatorKMS(3)] {
        _ = try await database.publishedNames()
        let leaseID = try await database.keys.rotate(
          to: key, of: tenantID, actorID: "operator", at: MigratedDatabase.now)
        #expect(try await database.publishedNames() == ["rewrap.start", "tenant.event"])
        let active = try await database.keys.activeVersion(of: tenantID)
        #expect(active.id == key.id)
        #expect(active.wrapping == key.wrapping)
        let entry = try #require(try await database.audit.rows().last).entry
        #expect(entry.action == "byok.kms.rotate")
        #expect(entry.actorID == "operator")
        #expect(entry.details["wrap_method"]?.string == key.wrapping.method.rawValue)
        #expect(entry.details["wrapping_key"] == .null)
        try await database.finish(leaseID)
        #expect(try await database.rowsByVersion(of: tenantID) == [key.version: 3])
      }
      try await database.onboard(tenantID, version: 4)
      for key in [NewKeyVersion.platform(5), .operatorKMS(5)] {
        await database.expectUnchanged(by: .configurationExists) {
          try await database.keys.rotate(to: key, of: tenantID, actorID: "operator", at: MigratedDatabase.now)
        }
      }
      try await database.expectSound(tenantID)
    }
  }

  /// Whoever seals holds the configuration's row: the rotation waits, and then sees the seal.
  @Test func `a rotation that meets a seal in the making waits for it`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      let sealing = try await database.database.connect()
      try await sealing.executeScript(
        "BEGIN; UPDATE tenant_kms_configs SET sealed_since = now(), last_verify_error = 'denied'")
      async let rotation = outcome { try await database.rotate(tenantID, to: 2) }
      try await database.untilSomebodyWaits(for: "transactionid")
      try await sealing.executeScript("COMMIT")
      await sealing.close()
      guard case .failure(let error) = await rotation else {
        Issue.record("the rotation went through")
        return
      }
      #expect((error as? RepositoryError)?.code == .tenantSealed)
      try await database.expectSound(tenantID)
    }
  }

  @Test func `a rewrap that runs is superseded, and no row is lost`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(10, of: tenantID)
      let start = try await database.plannedCursor(tenantID)
      guard case .committed(let next) = try await database.batch(start, limit: 4), let cursor = next.first else {
        throw UnexpectedOutcome()
      }
      let newer = try await database.rotate(tenantID, to: 2)
      #expect(try await database.batch(cursor) == .notRunning)
      #expect(try await database.rowsByVersion(of: tenantID) == [0: 6, 1: 4])
      try await database.finish(newer)
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 10])
      try await database.expectSound(tenantID)
    }
  }

  @Test func `of any changes at once, whichever they are, one comes first and the rest change nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      for version in 2...5 as ClosedRange<Int32> {
        let outcomes = await withTaskGroup { group in
          for _ in 0..<3 {
            group.addTask { await outcome { try await database.rotate(tenantID, to: version) } }
            group.addTask { await outcome { try await database.onboard(tenantID, version: version) } }
          }
          return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.count { if case .success = $0 { true } else { false } } == 1)
        for case .failure(let error) in outcomes { #expect((error as? RepositoryError)?.code == .keyVersionMoved) }
        try await database.expectSound(tenantID)
      }
      #expect(try await database.audit.verify().rows == 5)
    }
  }

  @Test func `a removal goes back to the platform's wrapping and keeps what unwraps the older versions`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.makeSecrets(3, of: tenantID)
      try await database.finish(try await database.onboard(tenantID))
      let leaseID = try await database.remove(tenantID, version: 2)
      #expect(try await database.keys.configuration(of: tenantID) == nil)
      #expect(try await database.keys.activeVersion(of: tenantID).wrapping.method == .global)
      #expect(try await database.keys.version(1, of: tenantID)?.wrapping.provider != nil)
      #expect(try await database.audit.rows().last?.entry.action == "byok.kms.remove")
      try await database.finish(leaseID)
      #expect(try await database.rowsByVersion(of: tenantID) == [2: 3])
      try await database.expectSound(tenantID)
      // And once more the other way.
      try await database.onboard(tenantID, version: 3)
      try await database.expectSound(tenantID)
    }
  }
}
