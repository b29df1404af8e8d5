import Commands
import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct OutboxTests {
  private struct BrokerDown: Error {}

  @Test func `a committed command is published once and then forgotten`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let command = StartRewrap(leaseID: UUID())
      try await database.pool.withTransaction { try await Outbox.add(command, of: tenantID, in: $0) }
      let published = Recorder<OutboxEntry>()
      #expect(try await database.outbox.relay { published.record($0) } == 1)
      #expect(published.all.first?.name == "rewrap.start")
      #expect(published.all.first?.body == (try command.body()))
      #expect(try await database.outbox.relay { published.record($0) } == 0)
      #expect(published.all.count == 1)
    }
  }

  @Test func `a command of a transaction that is rolled back was never there`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      await #expect(throws: BrokerDown.self) {
        try await database.pool.withTransaction { transaction in
          try await Outbox.add(StartRewrap(leaseID: UUID()), of: tenantID, in: transaction)
          throw BrokerDown()
        }
      }
      #expect(try await database.publishedNames() == [])
    }
  }

  @Test func `a failure keeps every entry, to be published again as the same messages in the same order`() async throws
  {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.add(5, of: tenantID)
      let first = Recorder<OutboxEntry>()
      await #expect(throws: BrokerDown.self) {
        try await database.outbox.relay { entry in
          first.record(entry)
          if first.all.count == 3 { throw BrokerDown() }
        }
      }
      let second = Recorder<OutboxEntry>()
      #expect(try await database.outbox.relay { second.record($0) } == 5)
      #expect(Array(second.all.prefix(3)) == first.all)
      #expect(second.all.map(\.id) == second.all.map(\.id).sorted())
    }
  }

  @Test func `no more are taken than asked for`() async throws {
    try await MigratedDatabase.with { database in
      try await database.add(5, of: try await database.makeTenant())
      var counts: [Int] = []
      for _ in 0..<4 { counts.append(try await database.outbox.relay(limit: 2) { _ in }) }
      #expect(counts == [2, 2, 1, 0])
    }
  }

  @Test func `relays at once publish every entry once, each tenant's in order`() async throws {
    try await MigratedDatabase.with { database in
      var tenants: [UUID] = []
      for _ in 0..<8 { tenants.append(try await database.makeTenant()) }
      for _ in 0..<10 { for tenantID in tenants { try await database.add(1, of: tenantID) } }
      let published = Recorder<OutboxEntry>()
      try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            // A relay that finds nothing may have found everything taken by the others: it looks until nothing is left.
            while try await database.count("SELECT count(*) FROM outbox") > 0 {
              _ = try await database.outbox.relay(limit: 7) { published.record($0) }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(published.all.count == 80)
      #expect(Set(published.all.map(\.messageID)).count == 80)
      // The tenants took turns, so a tenant's entries are those of one remainder.
      for remainder in 0..<8 {
        let ids = published.all.map(\.id).filter { $0 % 8 == remainder }
        #expect(ids.count == 10)
        #expect(ids == ids.sorted())
      }
    }
  }

  @Test func `a tenant whose entries are being published blocks nobody else's, and none of its own pass by`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let slow = try await database.makeTenant()
      let quick = try await database.makeTenant()
      try await database.add(1, of: slow)
      let passed = Recorder<OutboxEntry>()
      let published = try await database.outbox.relay { _ in
        try await database.add(1, of: slow)
        try await database.add(1, of: quick)
        #expect(try await database.outbox.relay { passed.record($0) } == 1)
      }
      #expect(published == 1)
      let waiting = try await database.count("SELECT count(*) FROM outbox WHERE tenant_id = $1", [.uuid(slow)])
      #expect(waiting == 1)
      #expect(passed.all.count == 1)
    }
  }

  /// The table of locks is shared by the whole server and not large.
  @Test func `a long line takes no more locks than entries`() async throws {
    try await MigratedDatabase.with { database in
      try await database.pool.execute(
        "INSERT INTO tenants (id, slug, name) SELECT gen_random_uuid(), 't' || n, 't' FROM generate_series(1, 20000) n")
      try await database.pool.execute(
        """
        INSERT INTO outbox (tenant_id, message_id, name, body)
        SELECT id, gen_random_uuid(), 'rewrap.start', '' FROM tenants
        """)
      let locks = Recorder<Int64>()
      let published = try await database.outbox.relay(limit: 64) { _ in
        guard locks.all.isEmpty else { return }
        locks.record(
          try await database.count(
            """
            SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """))
      }
      #expect(published == 64)
      #expect(locks.all == [64])
    }
  }

  @Test func `a commit wakes who listens`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let listener = PostgresListener(
        configuration: database.database.configuration, channels: [Outbox.notificationChannel],
        logger: TestDatabase.logger)
      var iterator = listener.makeAsyncIterator()
      _ = try #require(await iterator.next())
      try await database.onboard(tenantID)
      _ = try #require(await iterator.next())
      #expect(try await database.publishedNames() == ["rewrap.start", "tenant.event"])
    }
  }
}

extension MigratedDatabase {
  /// Adds commands to the outbox, each in a transaction of its own.
  fileprivate func add(_ count: Int, of tenantID: UUID) async throws {
    for _ in 0..<count {
      try await pool.withTransaction { try await Outbox.add(StartRewrap(leaseID: UUID()), of: tenantID, in: $0) }
    }
  }
}
