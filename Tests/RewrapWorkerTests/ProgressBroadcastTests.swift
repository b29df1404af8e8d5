import Commands
import Foundation
import Locking
import Testing

@testable import rewrap_worker

@Suite struct ProgressBroadcastTests {
  private struct Unreachable: Error {}
  private let now = ContinuousClock.now

  @Test func `batches of one job in quick succession are told of once`() async {
    let heard = Guarded<[TenantEvent]>([])
    let progress = ProgressBroadcast(logger: .silent) { event in heard.withLock { $0.append(event) } }
    let (job, tenantID) = (UUID(), UUID())
    for milliseconds in [0, 1, 249, 250, 300, 499] {
      await progress.committed(job, of: tenantID, now: now + .milliseconds(milliseconds))
    }
    let event = TenantEvent(.rewrapProgress, of: tenantID, leaseID: job)
    #expect(heard.withLock { $0 } == [event, event])
  }

  @Test func `each job is told of on its own`() async {
    let heard = Guarded(0)
    let progress = ProgressBroadcast(logger: .silent) { _ in heard.withLock { $0 += 1 } }
    for _ in 0..<1_500 { await progress.committed(UUID(), of: UUID(), now: now) }
    #expect(heard.withLock { $0 } == 1_500)
  }

  @Test func `a broker out of reach fails no batch`() async {
    let tries = Guarded(0)
    let progress = ProgressBroadcast(logger: .silent) { _ in
      tries.withLock { $0 += 1 }
      throw Unreachable()
    }
    await progress.committed(UUID(), of: UUID(), now: now)
    #expect(tries.withLock { $0 } == 1)
  }
}
