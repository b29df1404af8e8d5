import Commands
import Foundation
import Locking
import Postgres
import Repository
import Testing
import TracePropagation

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct OutboxTests {
  private struct BrokerDown: Error {}

  @Test func `a committed command is published once and then forgotten`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let command = StartRewrap(leaseID: UUID())
      try await database.pool.withTransaction { try await Outbox.add(command, of: tenantID, in: $0) }
      let published = Recorder<OutboxEntry>()
      for count in [1, 0] { #expect(try await database.outbox.relay(publish: published.take).published == count) }
      #expect(published.all.map(\.name) == ["rewrap.start"])
      #expect(published.all.map(\.tenantID) == [tenantID])
      #expect(published.all.first?.body == (try command.body()))
    }
  }

  @Test func `a command belongs to the trace that caused it`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let trace = TraceContext()
      for trace in [trace, nil] {
        try await TraceContext.$current.withValue(trace) {
          try await database.pool.withTransaction {
            try await Outbox.add(StartRewrap(leaseID: UUID()), of: tenantID, in: $0)
          }
        }
      }
      let published = Recorder<OutboxEntry>()
      _ = try await database.outbox.relay(publish: published.take)
      #expect(published.all.map(\.trace) == [trace, nil])
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

  @Test func `a command too long to be signed fails its transaction, instead of staying forever`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let command = VerifyKey(
        tenantID: tenantID, candidate: String(repeating: "x", count: 64 << 10), keyVersion: 1, wrapsNewKey: false,
        deadline: MigratedDatabase.now)
      await #expect(throws: CommandError(code: .tooLong)) {
        try await database.pool.withTransaction { try await Outbox.add(command, of: tenantID, in: $0) }
      }
      #expect(try await database.publishedNames() == [])
    }
  }

  @Test func `a failure keeps what was not published, to be published as the same message in the same order`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.add(5, of: tenantID)
      let first = Recorder<OutboxEntry>()
      await #expect(throws: BrokerDown.self) {
        _ = try await database.outbox.relay { entry in
          first.record(entry)
          if first.all.count == 3 { throw BrokerDown() }
          return .published
        }
      }
      let second = Recorder<OutboxEntry>()
      #expect(try await database.outbox.relay(publish: second.take).published == 3)
      #expect(second.all.first == first.all.last)
      let all = first.all.map(\.id) + second.all.dropFirst().map(\.id)
      #expect(all == all.sorted())
    }
  }

  @Test func `more than one turn can take is published all the same`() async throws {
    try await MigratedDatabase.with { database in
      for _ in 0..<5 { try await database.add(3, of: try await database.makeTenant()) }
      let published = Recorder<OutboxEntry>()
      #expect(try await database.outbox.relay(limit: 2, publish: published.take).published == 15)
      for entries in Dictionary(grouping: published.all, by: \.tenantID).values {
        #expect(entries.map(\.id) == entries.map(\.id).sorted())
      }
      #expect(try await database.outbox.backlog() == OutboxBacklog(entries: 0, oldest: .zero))
    }
  }

  @Test func `a stuck entry holds up its own tenant, in order, and nobody else`() async throws {
    try await MigratedDatabase.with { database in
      var stuck: Set<UUID> = []
      for _ in 0..<3 {
        let tenantID = try await database.makeTenant()
        stuck.insert(tenantID)
        try await database.add(2, of: tenantID)
      }
      let other = try await database.makeTenant()
      try await database.add(2, of: other)
      let tried = Recorder<OutboxEntry>()
      let relayed = try await database.outbox.relay(limit: 2) { [stuck] entry in
        tried.record(entry)
        return stuck.contains(entry.tenantID) ? .stuck : .published
      }
      #expect(relayed.published == 2)
      #expect(relayed.stuck == stuck)
      // Each stuck tenant's first was tried once, and its second never.
      #expect(tried.all.count == 5)
      #expect(try await database.outbox.backlog().entries == 6)
      let published = Recorder<OutboxEntry>()
      #expect(try await database.outbox.relay(publish: published.take).published == 6)
    }
  }

  @Test func `the backlog has a size and an age`() async throws {
    try await MigratedDatabase.with { database in
      try await database.add(3, of: try await database.makeTenant())
      try await database.pool.execute("UPDATE outbox SET created_at = now() - interval '90 seconds'")
      let backlog = try await database.outbox.backlog()
      #expect(backlog.entries == 3)
      #expect((.seconds(90) ... .seconds(150)).contains(backlog.oldest))
    }
  }

  @Test func `relays at once publish every entry, each tenant's in order, though every seventh publish fails`()
    async throws
  {
    try await MigratedDatabase.with { database in
      for _ in 0..<8 { try await database.add(10, of: try await database.makeTenant()) }
      let published = Recorder<OutboxEntry>()
      let attempts = Guarded(0)
      try await withThrowingTaskGroup { group in
        for _ in 0..<4 {
          group.addTask {
            // A relay that finds nothing may have found everything taken by the others: it looks until nothing is left.
            while try await database.outbox.backlog().entries > 0 {
              do {
                _ = try await database.outbox.relay(limit: 3) { entry in
                  let attempt = attempts.withLock { count in
                    count += 1
                    return count
                  }
                  if attempt % 7 == 0 { throw BrokerDown() }
                  return published.take(entry)
                }
              } catch is BrokerDown { continue }
            }
          }
        }
        try await group.waitForAll()
      }
      #expect(published.all.count == 80)
      #expect(Set(published.all.map(\.messageID)).count == 80)
      for entries in Dictionary(grouping: published.all, by: \.tenantID).values {
        #expect(entries.count == 10)
        #expect(entries.map(\.id) == entries.map(\.id).sorted())
      }
    }
  }

  @Test func `a tenant whose entry is being published blocks nobody else's, and none of its own pass by`()
    async throws
  {
    try await MigratedDatabase.with { database in
      let slow = try await database.makeTenant()
      let quick = try await database.makeTenant()
      try await database.add(2, of: slow)
      let passed = Recorder<OutboxEntry>()
      let isFirst = Guarded(true)
      let relayed = try await database.outbox.relay { entry in
        guard
          isFirst.withLock({ isFirst in
            defer { isFirst = false }
            return isFirst
          })
        else { return .published }
        try await database.add(1, of: quick)
        #expect(try await database.outbox.relay(publish: passed.take).published == 1)
        return .published
      }
      #expect(relayed.published == 2)
      #expect(passed.all.map(\.tenantID) == [quick])
    }
  }

  /// Nobody notifies of that: whoever looks next must find it.
  @Test func `what a relay held when its connection broke is free for the next`() async throws {
    try await MigratedDatabase.with { database in
      try await database.add(1, of: try await database.makeTenant())
      await #expect(throws: PostgresError.self) {
        _ = try await database.outbox.relay { _ in
          let others = try await database.database.connect()
          try await others.execute(
            """
            SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()
            """)
          await others.close()
          return .published
        }
      }
      #expect(try await database.publishedNames() == ["rewrap.start"])
    }
  }

  @Test func `a long line is published a few at a time`() async throws {
    try await MigratedDatabase.with { database in
      try await database.pool.execute(
        "INSERT INTO tenants (id, slug, name) SELECT gen_random_uuid(), 't' || n, 't' FROM generate_series(1, 20000) n")
      try await database.pool.execute(
        """
        INSERT INTO outbox (tenant_id, message_id, name, body)
        SELECT id, gen_random_uuid(), 'rewrap.start', '' FROM tenants
        """)
      let left = Guarded(640)
      await #expect(throws: BrokerDown.self) {
        _ = try await database.outbox.relay(limit: 64) { _ in
          let isEnough = left.withLock { left in
            left -= 1
            return left < 0
          }
          if isEnough { throw BrokerDown() }
          return .published
        }
      }
      #expect(try await database.outbox.backlog().entries == 19_360)
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

extension Recorder<OutboxEntry> {
  /// A broker that takes everything.
  @Sendable fileprivate func take(_ entry: OutboxEntry) -> OutboxEntry.Fate {
    record(entry)
    return .published
  }
}
