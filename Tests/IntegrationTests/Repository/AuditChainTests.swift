import Foundation
import JSON
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AuditChainTests {
  private struct Regret: Error {}

  @Test func `entries come back as they were appended, and hold together`() async throws {
    try await MigratedDatabase.with { database in
      let entries = [
        AuditEntry.sample(1),
        AuditEntry(
          tenantID: nil, actorID: "ünïcode 🔑", action: "byok.kms.seal", resourceType: "", resourceID: "\n",
          details: ["n": .number(0.1), "s": "\u{1F}\"\\", "a": [1, .null, ["deep": true]], "": ""]),
        AuditEntry(
          tenantID: UUID(), actorID: "a", action: "b", resourceType: "c", resourceID: "d",
          details: ["big": .number(9_007_199_254_740_991), "small": .number(1e-7), "zero": .number(-0.0)]),
      ]
      for entry in entries { try await database.append(entry) }
      let rows = try await database.audit.rows()
      #expect(rows.map(\.sequenceNumber) == [1, 2, 3])
      #expect(rows.map(\.entry) == entries)
      #expect(rows[0].previousHash == [UInt8](repeating: 0, count: 32))
      #expect(rows[1].previousHash == rows[0].rowHash)
      let verification = try await database.audit.verify()
      #expect(verification.rows == 3)
      #expect(verification.firstBadSequence == nil)
      #expect(verification.headHash == rows[2].rowHash)
    }
  }

  @Test func `times keep their microseconds`() async throws {
    try await MigratedDatabase.with { database in
      let times =
        [0, 1, -1, 999_999, 1_795_492_814_123_457, 253_402_300_799_999_999, -2_208_988_800_000_001] as [Int64]
      for microseconds in times {
        try await database.append(.sample(1), at: Date(timeIntervalSince1970: Double(microseconds) / 1e6))
      }
      let rows = try await database.audit.rows()
      #expect(rows.prefix(5).map(\.at) == Array(times.prefix(5)))
      #expect(try await database.audit.verify().firstBadSequence == nil)
    }
  }

  @Test func `there are no gaps, however many append at once and however many change their minds`() async throws {
    try await MigratedDatabase.with { database in
      try await withThrowingTaskGroup { group in
        for number in 0..<60 {
          group.addTask {
            do {
              try await database.pool.withTransaction { transaction in
                try await AuditChain.append(.sample(number), at: MigratedDatabase.now, in: transaction)
                if number.isMultiple(of: 3) { throw Regret() }
              }
            } catch is Regret {}
          }
        }
        try await group.waitForAll()
      }
      #expect(try await database.audit.rows().map(\.sequenceNumber) == Array(1...40))
      #expect(try await database.audit.verify().firstBadSequence == nil)
    }
  }

  @Test(arguments: [
    "UPDATE audit_log_critical SET actor_id = 'x'", "DELETE FROM audit_log_critical", "TRUNCATE audit_log_critical",
    "DELETE FROM audit_log_critical WHERE false",
  ])
  func `the table is append-only, for its owner too`(sql: String) async throws {
    try await MigratedDatabase.with { database in
      try await database.append(.sample(1))
      let error = await #expect(throws: PostgresError.self) {
        try await database.pool.execute(PostgresStatement(unchecked: sql))
      }
      #expect(error?.sqlState == "42501")
      #expect(try await database.audit.rows().count == 1)
    }
  }

  /// A superuser can switch triggers off, but can't make the hashes fit.
  @Test(arguments: [
    ("UPDATE audit_log_critical SET actor_id = 'x' WHERE sequence_number = 2", 2),
    ("UPDATE audit_log_critical SET at = at + interval '1 microsecond' WHERE sequence_number = 3", 3),
    ("UPDATE audit_log_critical SET details = details || '{\"x\":1}' WHERE sequence_number = 1", 1),
    ("DELETE FROM audit_log_critical WHERE sequence_number = 2", 2),
    ("DELETE FROM audit_log_critical WHERE sequence_number = 1", 1),
    ("UPDATE audit_log_critical SET tenant_id = NULL WHERE sequence_number = 4", 4),
  ])
  func `an edit behind the triggers' back is found`(sql: String, sequenceNumber: Int64) async throws {
    try await MigratedDatabase.with { database in
      for number in 1...4 { try await database.append(.sample(number)) }
      let intruder = try await database.database.connect()
      try await intruder.executeScript("SET session_replication_role = replica; \(sql)")
      await intruder.close()
      #expect(try await database.audit.verify().firstBadSequence == sequenceNumber)
    }
  }

  @Test func `long chains are read in pages and verified to their end`() async throws {
    try await MigratedDatabase.with { database in
      try await database.pool.withTransaction { transaction in
        for number in 0..<1_100 {
          try await AuditChain.append(.sample(number), at: MigratedDatabase.now, in: transaction)
        }
      }
      #expect(try await database.audit.rows().count == 1_000)
      #expect(try await database.audit.rows(from: 1_001).count == 100)
      #expect(try await database.audit.rows(from: 2, limit: 3).map(\.sequenceNumber) == [2, 3, 4])
      let verification = try await database.audit.verify()
      #expect(verification.rows == 1_100)
      #expect(verification.firstBadSequence == nil)
    }
  }

  @Test func `an empty chain holds`() async throws {
    try await MigratedDatabase.with { database in
      let verification = try await database.audit.verify()
      #expect(verification.rows == 0)
      #expect(verification.firstBadSequence == nil)
    }
  }
}

extension AuditEntry {
  static func sample(_ number: Int) -> AuditEntry {
    AuditEntry(
      tenantID: UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, UInt8(number & 0xFF))), actorID: "ada",
      action: "byok.kms.onboard", resourceType: "tenant_key", resourceID: "key \(number)",
      details: ["version": .number(Double(number))])
  }
}

extension MigratedDatabase {
  fileprivate func append(_ entry: AuditEntry, at time: Date = now) async throws {
    try await pool.withTransaction { try await AuditChain.append(entry, at: time, in: $0) }
  }
}
