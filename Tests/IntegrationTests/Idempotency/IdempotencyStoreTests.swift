import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct IdempotencyStoreTests {
  private let call = IdempotentCall(
    tenantID: UUID(), principal: "p", keyCode: [UInt8](repeating: 1, count: 32),
    requestCode: [UInt8](repeating: 2, count: 32))

  @Test func `of many attempts at once one is granted`() async throws {
    try await MigratedDatabase.with { database in
      let claims = Recorder<IdempotencyClaim>()
      try await withThrowingTaskGroup { group in
        for _ in 0..<20 {
          group.addTask { claims.record(try await database.calls.claim(call, lease: .seconds(60))) }
        }
        try await group.waitForAll()
      }
      #expect(claims.all.filter { $0 == .underWay }.count == 19)
      #expect(claims.all.filter(\.isGranted).count == 1)
    }
  }

  @Test func `what was answered is answered again, until a day has passed`() async throws {
    try await MigratedDatabase.with { database in
      let attempt = try await database.grant(call)
      try await database.calls.remember(status: 201, answer: [9], of: call, attempt: attempt)
      #expect(try await database.calls.claim(call, lease: .seconds(60)) == .answered(status: 201, answer: [9]))
      #expect(try await database.calls.claim(call.with(request: 3), lease: .seconds(60)) == .otherRequest)
      #expect(try await database.calls.forgetExpired(limit: 10) == 0)
      try await database.age(by: 86_401)
      let later = try await database.calls.claim(call.with(request: 3), lease: .seconds(60))
      #expect(later.isGranted)
    }
  }

  @Test func `keys of other tenants and other callers are other keys`() async throws {
    try await MigratedDatabase.with { database in
      _ = try await database.grant(call)
      _ = try await database.grant(call.with(tenantID: UUID()))
      _ = try await database.grant(call.with(principal: "q"))
      #expect(try await database.calls.claim(call, lease: .seconds(60)) == .underWay)
    }
  }

  @Test func `an attempt that died lets the same request be tried again, and can't answer any more`() async throws {
    try await MigratedDatabase.with { database in
      let dead = try await database.grant(call, lease: .zero)
      #expect(try await database.calls.claim(call.with(request: 3), lease: .seconds(60)) == .otherRequest)
      let alive = try await database.grant(call)
      try await database.calls.remember(status: 201, answer: [1], of: call, attempt: dead)
      try await database.calls.release(call, attempt: dead)
      #expect(try await database.calls.claim(call, lease: .seconds(60)) == .underWay)
      try await database.calls.remember(status: 200, answer: [2], of: call, attempt: alive)
      #expect(try await database.calls.claim(call, lease: .seconds(60)) == .answered(status: 200, answer: [2]))
    }
  }

  @Test func `a call that came to nothing may be made again, as another request too`() async throws {
    try await MigratedDatabase.with { database in
      let attempt = try await database.grant(call)
      try await database.calls.release(call, attempt: attempt)
      _ = try await database.grant(call.with(request: 3))
    }
  }

  @Test func `what expired is deleted, and nothing else`() async throws {
    try await MigratedDatabase.with { database in
      for principal in ["a", "b", "c"] { _ = try await database.grant(call.with(principal: principal)) }
      try await database.age(by: 86_401)
      _ = try await database.grant(call.with(principal: "d"))
      #expect(try await database.calls.forgetExpired(limit: 2) == 2)
      #expect(try await database.calls.forgetExpired(limit: 2) == 1)
      #expect(try await database.count("SELECT count(*) FROM idempotency_keys") == 1)
    }
  }
}

extension IdempotentCall {
  fileprivate func with(
    tenantID: UUID? = nil, principal: String? = nil, request: UInt8? = nil
  ) -> IdempotentCall {
    IdempotentCall(
      tenantID: tenantID ?? self.tenantID, principal: principal ?? self.principal, keyCode: keyCode,
      requestCode: request.map { [UInt8](repeating: $0, count: 32) } ?? requestCode)
  }
}

extension IdempotencyClaim {
  fileprivate var isGranted: Bool {
    if case .granted = self { true } else { false }
  }
}

extension MigratedDatabase {
  fileprivate var calls: IdempotencyStore { IdempotencyStore(pool: services) }

  fileprivate func grant(_ call: IdempotentCall, lease: Duration = .seconds(60)) async throws -> UUID {
    guard case .granted(let attempt) = try await calls.claim(call, lease: lease) else {
      throw Overdue(what: "a grant")
    }
    return attempt
  }

  fileprivate func age(by seconds: Int64) async throws {
    try await pool.execute(
      "UPDATE idempotency_keys SET expires_at = expires_at - make_interval(secs => $1)", [.float8(Double(seconds))])
  }
}
