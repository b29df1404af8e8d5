import Clocks
import Postgres
import Testing

@Suite(.serialized, .enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct NotificationTests {
  @Test func notificationsArrive() async throws {
    try await TestDatabase.with { database in
      let receiver = try await database.connect()
      let sender = try await database.connect()
      try await receiver.listen(to: "odd \"name\"")
      #expect(try await receiver.waitForNotification(timeout: .zero) == nil)
      try await sender.execute("SELECT pg_notify($1, $2)", ["odd \"name\"", "hello"])
      let notification = try await receiver.waitForNotification(timeout: .seconds(20))
      #expect(notification?.channel == "odd \"name\"" && notification?.payload == "hello")
      #expect(try await notification?.processID == sender.processID)
      #expect(try await receiver.execute("SELECT 1").count == 1)
    }
  }

  @Test func cancellationEndsTheWait() async throws {
    try await TestDatabase.with { database in
      let receiver = try await database.connect()
      await withDiscardingTaskGroup { group in
        group.addTask {
          let error = await #expect(throws: PostgresError.self) {
            try await receiver.waitForNotification(timeout: .seconds(50))
          }
          #expect(error?.code == .cancelled)
        }
        group.cancelAll()
      }
      #expect(await receiver.isHealthy())
    }
  }

  @Test func cancellationEndsTheLoop() async throws {
    try await TestDatabase.with { database in
      let listener = PostgresListener(
        configuration: database.configuration, channels: ["a"], logger: TestDatabase.logger)
      let (listening, continuation) = AsyncStream<Void>.makeStream()
      let events = await withTaskGroup { group in
        group.addTask {
          var count = 0
          for await _ in listener {
            count += 1
            continuation.finish()
          }
          return count
        }
        for await _ in listening {}
        group.cancelAll()
        return await group.next()
      }
      #expect(events == 1)
    }
  }

  @Test func theListenerReconnects() async throws {
    try await TestDatabase.with { database in
      let sender = try await database.connect()
      let listener = PostgresListener(
        configuration: database.configuration, channels: ["a", "b"], logger: TestDatabase.logger,
        clock: ImpatientClock())
      var events = listener.makeAsyncIterator()
      for round in ["first", "second"] {
        #expect(await events.next() == .listening)
        try await sender.execute("SELECT pg_notify('b', $1)", [.text(round)])
        guard case .notification(let notification) = await events.next() else {
          Issue.record("no notification")
          return
        }
        #expect(notification.channel == "b" && notification.payload == round)
        let processID = try await sender.execute(
          "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN%' AND datname = current_database()")[0][
            0, as: Int32.self]
        try await sender.terminate(processID)
      }
      #expect(await events.next() == .listening)
    }
  }
}
