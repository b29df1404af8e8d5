import Foundation
import Postgres
import Testing

@testable import Repository

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct RewrapRateTests {
  private static let start = MigratedDatabase.now.addingTimeInterval(1e6)
  /// The grants, of a quarter of a second each, that are let in at one instant after a silence: the second that may be
  /// caught up, and one.
  private static let atOnce = 5

  @Test func `without a limit every batch may begin, and nothing is written`() async throws {
    try await MigratedDatabase.with { database in
      let job = try await database.onboard(try await database.makeTenant())
      let before = try await database.fingerprint()
      #expect(try await !database.rewraps.isLimited())
      #expect(try await database.rewraps.admit(job, rows: 1_000) == .unlimited)
      #expect(try await database.fingerprint() == before)
    }
  }

  /// A second may be caught up; from then on it's the rate, however hard the workers press.
  @Test(arguments: [1, 3, 10, 250, 4_000, 10_000] as [Int32])
  func `over ten seconds a limit lets through eleven seconds' worth and one grant`(rate: Int32) async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      try await database.rewraps.setLimit(rate, of: tenantID)
      try await database.pool.execute("UPDATE rewrap_limits SET granted_until = '2000-01-01'")
      var time = 0.0
      var rows = 0
      while time < 10 {
        switch try await database.rewraps.admit(job, rows: 1_000, at: Self.start.addingTimeInterval(time)) {
        case .granted(let granted): rows += Int(granted)
        case .later(let pause):
          #expect(pause > .zero)
          time += max(pause / .seconds(1), 1e-6)
        case .unlimited: Issue.record("unlimited")
        }
      }
      let grant = min(1_000, max(1, Int(rate) / 4))
      #expect(rows <= Int(rate) * 11 + grant)
      #expect(rows >= Int(rate) * 10)
    }
  }

  @Test func `a tenant's limit holds for its jobs, the deployment's for all together`() async throws {
    try await MigratedDatabase.with { database in
      let slow = try await database.makeTenant()
      let fast = try await database.makeTenant()
      let slowJob = try await database.onboard(slow)
      let fastJob = try await database.onboard(fast)
      try await database.rewraps.setLimit(4, of: slow)
      func admit(_ job: UUID) async throws -> RewrapAdmission {
        try await database.rewraps.admit(job, rows: 100, at: Self.start)
      }
      for _ in 0..<Self.atOnce { #expect(try await admit(slowJob) == .granted(1)) }
      guard case .later = try await admit(slowJob) else { throw UnexpectedOutcome() }
      #expect(try await admit(fastJob) == .unlimited)

      try await database.rewraps.setLimit(400, of: nil)
      for _ in 0..<Self.atOnce { #expect(try await admit(fastJob) == .granted(100)) }
      guard case .later = try await admit(fastJob) else { throw UnexpectedOutcome() }
      #expect(try await database.rewraps.limits(of: slow) == RewrapLimits(tenant: 4, deployment: 400))
      #expect(try await database.rewraps.limits(of: fast) == RewrapLimits(tenant: nil, deployment: 400))
    }
  }

  @Test func `a batch that one limit refuses is charged to none`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      try await database.rewraps.setLimit(1, of: tenantID)
      try await database.rewraps.setLimit(1_000_000, of: nil)
      while case .granted = try await database.rewraps.admit(job, rows: 10, at: Self.start) {}
      let before = try await database.fingerprint()
      guard case .later = try await database.rewraps.admit(job, rows: 10, at: Self.start) else {
        throw UnexpectedOutcome()
      }
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `what a batch didn't take is given back`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      try await database.rewraps.setLimit(100, of: tenantID)
      for _ in 0..<20 {
        #expect(try await database.rewraps.admit(job, rows: 25, at: Self.start) == .granted(25))
        try await database.rewraps.giveBack(25, to: job)
      }
    }
  }

  @Test func `a limit is changed and lifted while jobs run`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      for scope in [tenantID, nil] {
        try await database.rewraps.setLimit(40, of: scope)
        #expect(try await database.rewraps.admit(job, rows: 1_000, at: Self.start) == .granted(10))
        try await database.rewraps.setLimit(4_000, of: scope)
        #expect(try await database.rewraps.admit(job, rows: 1_000, at: Self.start) == .granted(1_000))
        #expect(try await database.rewraps.isLimited())
        try await database.rewraps.setLimit(nil, of: scope)
        #expect(try await database.rewraps.admit(job, rows: 1_000, at: Self.start) == .unlimited)
        #expect(try await !database.rewraps.isLimited())
      }
    }
  }

  @Test func `workers at once are let in one after another`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let job = try await database.onboard(tenantID)
      try await database.rewraps.setLimit(100, of: tenantID)
      try await database.rewraps.setLimit(1_000, of: nil)
      let rows = try await withThrowingTaskGroup(of: Int.self) { group in
        for _ in 0..<40 {
          group.addTask {
            guard case .granted(let rows) = try await database.rewraps.admit(job, rows: 100, at: Self.start) else {
              return 0
            }
            return Int(rows)
          }
        }
        return try await group.reduce(0, +)
      }
      #expect(rows == 25 * Self.atOnce)
    }
  }

  @Test func `an unknown tenant has no limit to set`() async throws {
    try await MigratedDatabase.with { database in
      await #expect(throws: RepositoryError(.noSuchTenant)) { try await database.rewraps.setLimit(5, of: UUID()) }
    }
  }
}
