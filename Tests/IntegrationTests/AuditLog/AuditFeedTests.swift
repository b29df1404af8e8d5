import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct AuditFeedTests {
  private let tenantID = UUID()

  @Test func `a transaction that is overtaken holds the feed up, and none of its rows is missed`() async throws {
    try await MigratedDatabase.with { database in
      try await database.write("first", of: tenantID)
      let cursor = try await database.cursor(after: "first", of: tenantID)
      try await database.pool.withTransaction { slow in
        try await AuditLog.append(.act("slow", of: tenantID), at: MigratedDatabase.now, in: slow)
        // It begins later and commits earlier; with a later time and id, too.
        try await database.write("fast", of: tenantID, at: MigratedDatabase.now.addingTimeInterval(1))
        let meanwhile = try await database.log.events(of: tenantID, after: cursor, limit: 10)
        #expect(meanwhile.rows.isEmpty)
        #expect(meanwhile.next == nil)
      }
      #expect(try await database.feed(of: tenantID, after: cursor, rows: 2) == ["slow", "fast"])
    }
  }

  @Test func `rows of a transaction that is rolled back never were, and hold up nothing`() async throws {
    try await MigratedDatabase.with { database in
      await #expect(throws: Regret.self) { try await database.regret(of: tenantID) }
      let feed = try await database.feed(of: tenantID, rows: 1)
      #expect(feed == ["fast"])
    }
  }

  @Test func `a row whose clock was slow comes in its turn`() async throws {
    try await MigratedDatabase.with { database in
      try await database.write("present", of: tenantID)
      let cursor = try await database.cursor(after: "present", of: tenantID)
      try await database.write("past", of: tenantID, at: MigratedDatabase.now.addingTimeInterval(-3600))
      #expect(try await database.feed(of: tenantID, after: cursor, rows: 1) == ["past"])
    }
  }

  @Test(arguments: [1, 3, 7, 100] as [Int32])
  func `who reads page by page while many write gets every row exactly once`(limit: Int32) async throws {
    try await MigratedDatabase.with { database in
      try await withThrowingTaskGroup { group in
        for writer in 0..<6 {
          group.addTask {
            for number in 0..<20 {
              try await database.pool.withTransaction { transaction in
                for part in ["a", "b"] {
                  try await AuditLog.append(
                    .act("act.\(writer).\(number).\(part)", of: tenantID), at: Date(), in: transaction)
                }
              }
            }
          }
        }
        group.addTask {
          var position = AuditLog.Position.start
          var read: [String] = []
          while read.count < 240 {
            let page = try await database.log.events(of: tenantID, after: position, limit: limit)
            guard let next = page.next else {
              // Drained for now: what this page has comes again, with more.
              if read.count + page.rows.count == 240 { read += page.rows.map(\.action) }
              try await Task.sleep(for: .milliseconds(5))
              continue
            }
            read += page.rows.map(\.action)
            position = next
          }
          #expect(read.count == 240)
          #expect(Set(read).count == 240)
        }
        try await group.waitForAll()
      }
    }
  }

  @Test func `a prefix selects, and its pages move on past what it doesn't select`() async throws {
    try await MigratedDatabase.with { database in
      for action in ["secret.create", "agent.session", "secret_.x", "secret.delete", "agent.session"] {
        try await database.write(action, of: tenantID)
      }
      #expect(
        try await database.feed(of: tenantID, prefix: "secret.", limit: 1, rows: 2)
          == ["secret.create", "secret.delete"])
      #expect(try await database.feed(of: tenantID, prefix: "%", rows: 0) == [])
      try await database.pool.execute(
        """
        INSERT INTO audit_log (tenant_id, id, action, resource_type, resource_id, details, created_at)
        SELECT $1, gen_random_uuid(), 'agent.session', 'agent', '', '{}', now() FROM generate_series(1, 25000)
        """, [.uuid(tenantID)])
      try await database.write("secret.value_set", of: tenantID)
      #expect(
        try await database.feed(of: tenantID, prefix: "secret.", rows: 3)
          == ["secret.create", "secret.delete", "secret.value_set"])
    }
  }

  @Test func `another tenant's rows are not in it`() async throws {
    try await MigratedDatabase.with { database in
      try await database.write("mine", of: tenantID)
      try await database.write("another's", of: UUID())
      #expect(try await database.feed(of: tenantID, rows: 1) == ["mine"])
    }
  }

  @Test func `a place that the database has not reached yet is refused`() async throws {
    try await MigratedDatabase.with { database in
      let future = AuditLog.Position(transactionID: 1 << 62, id: UUID())
      let error = await #expect(throws: RepositoryError.self) {
        try await database.log.events(of: tenantID, after: future, limit: 10)
      }
      #expect(error?.code == .noSuchPosition)
    }
  }
}

private struct Regret: Error {}

extension AuditEntry {
  static func act(_ action: String, of tenantID: UUID, _ type: String = "secret") -> AuditEntry {
    AuditEntry(action, type, UUID(), of: tenantID)
  }
}

extension MigratedDatabase {
  func write(_ action: String, of tenantID: UUID, _ type: String = "secret", at time: Date = now) async throws {
    try await pool.withTransaction { try await AuditLog.append(.act(action, of: tenantID, type), at: time, in: $0) }
  }

  /// Writes a row, has another transaction write and commit one, and takes the first back.
  fileprivate func regret(of tenantID: UUID) async throws {
    try await pool.withTransaction { slow in
      try await AuditLog.append(.act("regretted", of: tenantID), at: Self.now, in: slow)
      try await write("fast", of: tenantID)
      throw Regret()
    }
  }

  /// The place after the feed's first row.
  fileprivate func cursor(after action: String, of tenantID: UUID) async throws -> AuditLog.Position {
    try await eventually("the first row") {
      let page = try await log.events(of: tenantID, after: .start, limit: 1)
      return page.rows.map(\.action) == [action] ? page.next : nil
    }
  }

  /// Everything in the feed, read page by page to its end, once it has so many rows: transactions in other databases of
  /// the server hold it up too.
  func feed(
    of tenantID: UUID, after start: AuditLog.Position = .start, prefix: String? = nil, limit: Int32 = 10, rows: Int
  ) async throws -> [String] {
    try await eventually("\(rows) rows in the feed") {
      var position = start
      var actions: [String] = []
      while true {
        let page = try await log.events(of: tenantID, after: position, actionPrefix: prefix, limit: limit)
        actions += page.rows.map(\.action)
        guard let next = page.next else { return actions.count >= rows ? actions : nil }
        position = next
      }
    }
  }
}
