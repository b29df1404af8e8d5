import Testing

@testable import AMQP

@Suite("Outbox")
struct OutboxTests {
  private let outbox = Outbox()

  private func publish(_ text: String = "", timeout: Duration = .seconds(60)) async throws {
    try await outbox.publish(AMQPMessage(body: Array(text.utf8)), exchange: "e", routingKey: "k", timeout: timeout)
  }

  /// Takes what tasks submit until there are so many; the loop's wake-up stands for the network.
  private func take(_ count: Int) async -> [Outgoing] {
    var taken: [Outgoing] = []
    while taken.count < count {
      taken += outbox.takeAll()
      await Task.yield()
    }
    return taken
  }

  private func code(_ result: Result<Void, any Error>) -> AMQPError.Code? {
    guard case .failure(let error) = result else { return nil }
    return (error as? AMQPError)?.code
  }

  @Test("Without a connection a publish ends as not connected, with the last error's words")
  func notConnected() async throws {
    outbox.close(AMQPError(.accessRefused, "log in", reply: .init(code: 403, text: "ACCESS_REFUSED")))
    let error = await #expect(throws: AMQPError.self) { try await publish(timeout: .zero) }
    #expect(error?.code == .notConnected)
    #expect(error?.isRetriable == true)
    #expect(error?.reply?.code == 403)
  }

  @Test("A publish that waits goes out when the connection opens, and ends with its verdict")
  func opens() async throws {
    async let published: Void = publish("a")
    outbox.open()
    let taken = await take(1)
    #expect(taken.map(\.message.body) == [Array("a".utf8)])
    outbox.resolve([(taken[0].id, .confirmed)])
    try await published
  }

  @Test("What was submitted and not written goes out again over the next connection")
  func unsent() async throws {
    outbox.open()
    async let published: Void = publish("a")
    _ = await take(1).map { outbox.resolve([($0.id, .unsent)]) }
    let again = await take(1)
    outbox.resolve([(again[0].id, .confirmed)])
    try await published
  }

  @Test("A failed verdict is thrown; one for another publish touches nobody")
  func failed() async throws {
    outbox.open()
    async let published = Result { try await publish() }
    let taken = await take(1)
    outbox.resolve([(taken[0].id + 1000, .confirmed)])
    outbox.resolve([(taken[0].id, .failed(AMQPError(.unroutable, "no queue")))])
    #expect(await code(published) == .unroutable)
  }

  @Test("A cancelled publish ends at once and is no longer awaited")
  func cancelled() async {
    outbox.open()
    await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await publish() }
      let taken = await take(1)
      #expect(outbox.isAwaited(taken[0].id))
      group.cancelAll()
      await #expect(throws: CancellationError.self) { try await group.next() }
      #expect(!outbox.isAwaited(taken[0].id))
    }
  }

  @Test("After shutdown nobody waits")
  func shutDown() async {
    async let waiting = Result { try await publish() }
    outbox.close(AMQPError(.shutDown, "shut down"))
    #expect(await code(waiting) == .shutDown)
    #expect(await code(Result { try await publish() }) == .shutDown)
  }
}

extension Result where Success == Void, Failure == any Error {
  fileprivate init(_ operation: () async throws -> Void) async {
    do {
      self = .success(try await operation())
    } catch {
      self = .failure(error)
    }
  }
}
