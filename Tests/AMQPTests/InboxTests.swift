import Locking
import Testing

@testable import AMQP

@Suite("Inbox and handlers")
struct InboxTests {
  private let inbox = Inbox()

  private func put(_ tags: UInt64...) {
    for tag in tags { inbox.put(tag, AMQPDelivery(message: AMQPMessage(body: [UInt8(tag)]))) }
  }

  private func outcomes() -> [String] {
    inbox.takeOutcomes().map { "\($0.tag):\($0.outcome)" }
  }

  @Test("Deliveries come out in order and their outcomes go back by tag")
  func order() async throws {
    put(1, 2)
    let first = try #require(await inbox.next())
    let second = try #require(await inbox.next())
    #expect(!inbox.isIdle)
    inbox.settle(second, .reject)
    inbox.settle(first, .ack)
    #expect(!inbox.isIdle)
    #expect(outcomes() == ["2:reject", "1:ack"])
    #expect(outcomes() == [])
    #expect(inbox.isIdle)
  }

  @Test("An outcome of a lost channel is dropped, even if a new delivery has the same tag")
  func stale() async throws {
    put(1, 2)
    let old = try #require(await inbox.next())
    inbox.beginEpoch()
    #expect(inbox.takeUnstarted() == [])
    put(1)
    let new = try #require(await inbox.next())
    inbox.settle(old, .ack)
    #expect(outcomes() == [])
    inbox.settle(new, .retry)
    #expect(outcomes() == ["1:retry"])
  }

  @Test("Outcomes that were not sent when the channel was lost are dropped")
  func unsentOutcomes() async throws {
    put(1)
    let job = try #require(await inbox.next())
    inbox.settle(job, .ack)
    inbox.beginEpoch()
    #expect(outcomes() == [])
    #expect(inbox.isIdle)
  }

  @Test("Unstarted deliveries can be taken back; once finished, there is no next")
  func drain() async throws {
    put(1, 2, 3)
    _ = await inbox.next()
    #expect(inbox.takeUnstarted() == [2, 3])
    inbox.finish()
    #expect(await inbox.next() == nil)
  }

  @Test("The pool runs at most its limit of handlers, and ends after the last")
  func limit() async {
    let running = Guarded((now: 0, most: 0))
    let pool = HandlerPool(inbox: inbox, limit: 2) { _ in
      running.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
      for _ in 0..<20 { await Task.yield() }
      running.withLock { $0.now -= 1 }
      return .ack
    }
    put(1, 2, 3, 4, 5, 6, 7, 8)
    await withTaskGroup(of: Void.self) { group in
      group.addTask { await pool.run() }
      var settled = 0
      while settled < 8 {
        settled += inbox.takeOutcomes().count
        await Task.yield()
      }
      inbox.finish()
    }
    #expect(running.withLock { $0.most } == 2)
    #expect(running.withLock { $0.now } == 0)
  }
}

extension Inbox.Job? {
  fileprivate static func == (job: Self, none: _OptionalNilComparisonType) -> Bool {
    if case .none = job { true } else { false }
  }
}
