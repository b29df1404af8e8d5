import Commands
import Foundation
import Locking
import Logging
import Repository
import ServiceLifecycle
import Testing

@testable import rewrap_worker

@Suite struct DelayedBatchesTests {
  private let now = ContinuousClock.now

  @Test func `a batch comes when its time has, and once`() async {
    let batches = DelayedBatches.silent()
    let cursor = RewrapCursor.sample()
    await batches.add(cursor, for: .seconds(1), now: now)
    #expect(await batches.take(now: now + .milliseconds(999)).isEmpty)
    #expect(await batches.take(now: now + .seconds(1)) == [cursor])
    #expect(await batches.take(now: now + .seconds(2)).isEmpty)
  }

  @Test func `a command that came twice is held once, until the later time`() async {
    let batches = DelayedBatches.silent()
    let cursor = RewrapCursor.sample()
    await batches.add(cursor, for: .seconds(1), now: now)
    await batches.add(cursor, for: .seconds(2), now: now)
    #expect(await batches.take(now: now + .seconds(1)).isEmpty)
    #expect(await batches.take(now: now + .seconds(2)) == [cursor])
  }

  @Test func `a late duplicate displaces no batch that is further on in its range`() async {
    let batches = DelayedBatches.silent()
    let job = UUID()
    let (ahead, behind) = (RewrapCursor.sample(of: job), RewrapCursor.sample(of: job))
    await batches.add(ahead, for: .zero, now: now)
    await batches.add(behind, for: .zero, now: now)
    #expect(await Set(batches.take(now: now)) == [ahead, behind])
  }

  @Test func `a crowd comes a few at a time, the longest overdue first`() async {
    let batches = DelayedBatches.silent()
    let cursors = (0..<20).map { RewrapCursor.sample(range: $0) }
    for (index, cursor) in cursors.enumerated() {
      await batches.add(cursor, for: .milliseconds(index), now: now)
    }
    #expect(await batches.take(now: now + .seconds(1)) == Array(cursors.prefix(DelayedBatches.perTick)))
    #expect(await batches.take(now: now + .seconds(1)) == Array(cursors.dropFirst(DelayedBatches.perTick)))
  }

  @Test func `no more are remembered than there is room for`() async {
    let batches = DelayedBatches.silent()
    for range in 0..<Int32(DelayedBatches.capacity) + 5 {
      await batches.add(.sample(range: range), for: .zero, now: now)
    }
    #expect(await batches.take(upTo: .max, now: now).count == DelayedBatches.capacity)
  }

  @Test(.timeLimit(.minutes(1))) func `a graceful shutdown hands back whatever still waits`() async throws {
    let published = Guarded<[RewrapCursor]>([])
    let batches = DelayedBatches(logger: .silent) { cursors in published.withLock { $0 += cursors } }
    let cursor = RewrapCursor.sample()
    await batches.add(cursor, for: .seconds(3600))
    let group = ServiceGroup(
      configuration: .init(services: [.init(service: batches)], logger: .silent))
    async let running: Void = group.run()
    await group.triggerGracefulShutdown()
    try await running
    #expect(published.withLock { $0 } == [cursor])
  }
}

extension DelayedBatches {
  fileprivate static func silent() -> DelayedBatches { DelayedBatches(logger: .silent) { _ in } }
}

extension RewrapCursor {
  fileprivate static func sample(of job: UUID = UUID(), range: Int32 = 0) -> RewrapCursor {
    RewrapCursor(RewrapBatch(leaseID: job, table: 2, range: range, after: UUID()))
  }
}

extension Logger {
  static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
