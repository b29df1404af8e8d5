import Commands
import Envelope
import FoundationEssentials
import Testing

@testable import Repository

@Suite struct RewrapJobTests {
  @Test func `the rate is the mean from the start to the last committed batch`() {
    let job = RewrapJob.sample(processed: 500, after: 10)
    #expect(job.rowsPerSecond == 50)
  }

  @Test func `the time in which a job stood still says nothing about its rate`() {
    let job = RewrapJob.sample(processed: 500, after: 110, resumed: (after: 100, processed: 300))
    #expect(job.rowsPerSecond == 20)
    #expect(RewrapJob.sample(processed: 300, after: 10, resumed: (after: 100, processed: 300)).rowsPerSecond == nil)
  }

  /// It was paused before it was planned.
  @Test func `a resumption before the start is none`() {
    #expect(RewrapJob.sample(processed: 500, after: 10, resumed: (after: -50, processed: 0)).rowsPerSecond == 50)
  }

  @Test func `the rest takes as long as the rate says`() {
    #expect(RewrapJob.sample(total: 2_000, processed: 500, after: 10).secondsLeft == 30)
  }

  @Test func `rows in quarantine are not waited for`() {
    #expect(RewrapJob.sample(total: 2_000, processed: 500, failed: 500, after: 10).secondsLeft == 20)
  }

  @Test func `before the first batch neither is known`() {
    let job = RewrapJob.sample(processed: 0, after: 0)
    #expect(job.rowsPerSecond == nil)
    #expect(job.secondsLeft == nil)
  }

  @Test func `a batch in the same instant as the start divides nothing by zero`() {
    #expect(RewrapJob.sample(processed: 5, after: 0).rowsPerSecond == 5_000)
  }

  @Test func `more rows than planned leave nothing, not less than nothing`() {
    #expect(RewrapJob.sample(total: 10, processed: 12, after: 1).secondsLeft == 0)
  }

  @Test(
    arguments: [
      .paused, .pausedSealed, .completed, .completedWithFailures, .superseded,
    ] as [RewrapJob.Status])
  func `what doesn't run ends at no time`(status: RewrapJob.Status) {
    #expect(RewrapJob.sample(status: status, processed: 5, after: 1).secondsLeft == nil)
  }

  @Test func `an estimated total is never less than what is done, and exact in the end`() {
    #expect(RewrapJob.total(planned: 1_000, done: 300, status: .running) == 1_000)
    #expect(RewrapJob.total(planned: 1_000, done: 1_200, status: .running) == 1_200)
    #expect(RewrapJob.total(planned: 1_000, done: 300, status: .superseded) == 1_000)
    for status in [RewrapJob.Status.completed, .completedWithFailures] {
      #expect(RewrapJob.total(planned: 1_000, done: 980, status: status) == 980)
      #expect(RewrapJob.total(planned: 1_000, done: 1_200, status: status) == 1_200)
    }
  }

  @Test func `a cursor survives its command`() {
    let cursor = RewrapCursor(jobID: UUID(), table: 2, range: 7, after: UUID())
    #expect(RewrapCursor(cursor.command) == cursor)
  }

  @Test func `tables are found by the tags that their envelopes carry, and by no other`() {
    #expect(RewrapTable(tag: .secretValues) == .secretValues)
    #expect(RewrapTable(tag: .tenantKeys) == nil)
    #expect(Set(RewrapTable.all.map(\.tag)).count == RewrapTable.all.count)
  }
}

extension RewrapJob {
  static func sample(
    status: Status = .running, total: Int = 1_000, processed: Int, failed: Int = 0, after seconds: Double,
    resumed: (after: Double, processed: Int)? = nil
  ) -> RewrapJob {
    let start = Date(timeIntervalSince1970: 1_795_492_814)
    return RewrapJob(
      id: UUID(), tenantID: UUID(), targetVersion: 1, status: status, total: total, processed: processed,
      failed: failed, startedAt: start,
      resumedAt: resumed.map { start.addingTimeInterval($0.after) }, resumedProcessed: resumed?.processed ?? 0,
      progressedAt: start.addingTimeInterval(seconds), finishedAt: nil)
  }
}
