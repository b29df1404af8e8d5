/// Runs a handler on an inbox's deliveries, at most so many at a time.
struct HandlerPool: Sendable {
  let inbox: Inbox
  let limit: Int
  let handler: @Sendable (AMQPDelivery) async -> AMQPOutcome

  /// Handles deliveries until the inbox is finished and the last handler has returned.
  func run() async {
    await withTaskGroup(of: Void.self) { group in
      var running = 0
      while true {
        if running == limit {
          await group.next()
          running -= 1
        }
        guard let job = await inbox.next() else { return }
        running += 1
        group.addTask { inbox.settle(job, await handler(job.delivery)) }
      }
    }
  }

  /// Runs beside a connection's loop and ends with it; handlers that outlive the loop are cancelled.
  func run<Session>(with loop: ConnectionLoop<Session>) async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await self.run() }
      defer {
        inbox.finish()
        group.cancelAll()
      }
      try await loop.run()
    }
  }
}
