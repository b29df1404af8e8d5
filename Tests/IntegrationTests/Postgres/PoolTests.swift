import Clocks
import Postgres
import ServiceLifecycle
import Synchronization
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct PoolTests {
  @Test func manyTasksShareFewConnections() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 4)
      try await pool.execute("CREATE TABLE t (a int)")
      let processIDs = try await withThrowingTaskGroup { group in
        for number in 0..<200 {
          group.addTask {
            try await pool.withTransaction { transaction in
              try await transaction.execute("INSERT INTO t VALUES ($1)", [.int4(Int32(number))])
              return try await transaction.execute("SELECT pg_backend_pid()")[0][0, as: Int32.self]
            }
          }
        }
        return try await group.reduce(into: Set<Int32>()) { $0.insert($1) }
      }
      #expect((1...4).contains(processIDs.count))
      #expect(try await pool.execute("SELECT count(DISTINCT a) FROM t")[0][0, as: Int.self] == 200)
      await pool.shutdown()
    }
  }

  @Test func waitingEndsAfterTheTimeout() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1, clock: ImpatientClock())
      try await pool.withConnection { _ in
        let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error?.code == .poolTimeout && error?.isRetriable == true)
      }
      #expect(try await pool.execute("SELECT 1").count == 1)
      await pool.shutdown()
    }
  }

  @Test func cancellationEndsTheWaiting() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1)
      try await pool.withConnection { _ in
        await withDiscardingTaskGroup { group in
          group.addTask {
            let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
            #expect(error?.code == .cancelled)
          }
          group.cancelAll()
        }
      }
      #expect(try await pool.execute("SELECT 1").count == 1)
      await pool.shutdown()
    }
  }

  @Test func brokenConnectionsAreReplaced() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1)
      let other = try await database.connect()
      let idle = try await pool.withConnection { try await $0.processID }
      try await other.terminate(idle)
      let next = try await pool.withConnection { try await $0.processID }
      #expect(next != idle)
      let error = await #expect(throws: PostgresError.self) {
        try await pool.withConnection { connection in
          try await other.terminate(next)
          try await connection.execute("SELECT 1")
        }
      }
      #expect(error?.code == .connectionLost)
      #expect(try await pool.execute("SELECT 1").count == 1)
      await pool.shutdown()
    }
  }

  @Test func aSessionLeftInATransactionIsNotHandedOn() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1)
      let first = try await pool.withConnection { connection in
        try await connection.executeScript("BEGIN")
        return try await connection.processID
      }
      #expect(try await pool.withConnection { try await $0.processID } != first)
      await pool.shutdown()
    }
  }

  @Test func failureToConnectLeavesRoom() async throws {
    try await TestDatabase.with { database in
      let nobody = try PostgresConfiguration(url: "postgres://127.0.0.1:1/none")
      let pool = PostgresPool(configuration: nobody, size: 1, logger: TestDatabase.logger)
      for _ in 0..<3 {
        let error = await #expect(throws: PostgresError.self) { try await pool.execute("SELECT 1") }
        #expect(error?.code == .connectionFailed)
      }
      await pool.shutdown()
    }
  }

  @Test func shutdownWaitsForUsersAndRefusesNewOnes() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 2)
      let group = ServiceGroup(services: [pool], logger: TestDatabase.logger)
      try await withThrowingTaskGroup { tasks in
        let isStopped = Mutex(false)
        let (stopping, continuation) = AsyncStream<Void>.makeStream()
        tasks.addTask { try await group.run() }
        try await pool.withConnection { connection in
          await group.triggerGracefulShutdown()
          while true {
            do {
              try await pool.execute("SELECT 1")
            } catch let error as PostgresError where error.code == .poolClosed {
              break
            }
          }
          #expect(try await connection.execute("SELECT 1").count == 1)
          isStopped.withLock { $0 = true }
          continuation.finish()
        }
        for await _ in stopping {}
        try await tasks.waitForAll()
        #expect(isStopped.withLock { $0 })
      }
    }
  }
}
