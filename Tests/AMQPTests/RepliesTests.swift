import Locking
import Testing

@testable import AMQP

@Suite("Replies")
struct RepliesTests {
  private let replies = Replies()

  private func message(_ id: String?, _ body: UInt8) -> AMQPMessage {
    AMQPMessage(body: [body], correlationID: id)
  }

  @Test("A reply finds its call, also when it's faster than the wait for it")
  func early() async throws {
    replies.expect("a")
    replies.resolve(message("a", 1))
    #expect(try await replies.reply(to: "a").body == [1])
  }

  @Test("Each call gets its own reply; replies nobody expects are dropped; of two, the first counts")
  func matching() async throws {
    replies.expect("a")
    replies.expect("b")
    replies.resolve(message(nil, 9))
    replies.resolve(message("c", 9))
    replies.resolve(message("b", 2))
    replies.resolve(message("b", 3))
    replies.resolve(message("a", 1))
    #expect(try await replies.reply(to: "b").body == [2])
    #expect(try await replies.reply(to: "a").body == [1])
  }

  @Test("What is interim is told in order and ends no call; what comes after the last is dropped")
  func interim() async throws {
    let told = Guarded<[UInt8]>([])
    replies.expect("a") { reply in
      guard reply.body[0] < 10 else { return false }
      told.withLock { $0.append(reply.body[0]) }
      return true
    }
    for body in [1, 2, 10, 3] as [UInt8] { replies.resolve(message("a", body)) }
    #expect(try await replies.reply(to: "a").body == [10])
    replies.forget("a")
    replies.resolve(message("a", 4))
    #expect(told.withLock { $0 } == [1, 2, 3])
  }

  @Test("A lost connection ends every call")
  func lost() async throws {
    replies.expect("a")
    replies.failAll(AMQPError(.connectionLost, "lost"))
    let error = await #expect(throws: AMQPError.self) { try await replies.reply(to: "a") }
    #expect(error?.code == .connectionLost)
    #expect(error?.isRetriable == true)
  }

  @Test("A cancelled call ends at once; a forgotten one takes no reply")
  func cancelled() async {
    replies.expect("a")
    await withThrowingTaskGroup(of: AMQPMessage.self) { group in
      group.addTask { try await replies.reply(to: "a") }
      group.cancelAll()
      await #expect(throws: CancellationError.self) { try await group.next() }
    }
    #expect(replies.isEmpty)
    replies.forget("a")
    replies.resolve(message("a", 1))
    #expect(replies.isEmpty)
  }
}
