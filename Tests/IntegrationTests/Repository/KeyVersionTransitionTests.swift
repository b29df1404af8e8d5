import Foundation
import Postgres
import Testing

@testable import Repository

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct KeyVersionTransitionTests {
  @Test func `each transition starts where the table says and nowhere else`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      for transition in KeyVersionTransition.all {
        for status in KeyVersion.Status.allCases {
          try await database.put(0, of: tenantID, into: status)
          let hasMoved = try await database.apply(transition, to: 0, of: tenantID)
          let key = try #require(try await database.keys.version(0, of: tenantID))
          #expect(hasMoved == (transition.from == status), "\(transition.name) from \(status.rawValue)")
          #expect(key.status == (hasMoved ? transition.to : status), "\(transition.name) from \(status.rawValue)")
          #expect(key.wrapping.wrappedKey.isEmpty == (key.status == .revoked))
        }
      }
    }
  }

  @Test func `no other version moves, and no other tenant's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      try await database.onboard(tenantID)
      #expect(try await !database.apply(.retire, to: 2, of: tenantID))
      #expect(try await !database.apply(.retire, to: 0, of: UUID()))
      #expect(try await database.apply(.revoke, to: 0, of: tenantID))
      #expect(try await database.keys.versions(of: tenantID).map(\.status) == [.active, .revoked])
      #expect(try await database.keys.versions(of: other).map(\.status) == [.initial])
    }
  }
}

extension MigratedDatabase {
  fileprivate func put(_ version: Int32, of tenantID: UUID, into status: KeyVersion.Status) async throws {
    try await pool.execute(
      """
      UPDATE tenant_keys SET status = $3, wrapped_key = CASE WHEN $3 <> 'revoked' THEN '\\x01'::bytea END
      WHERE tenant_id = $1 AND version = $2
      """, [.uuid(tenantID), .int4(version), .text(status.rawValue)])
  }

  fileprivate func apply(
    _ transition: KeyVersionTransition, to version: Int32, of tenantID: UUID
  ) async throws -> Bool {
    try await pool.withTransaction { try await KeyStore.apply(transition, to: version, of: tenantID, in: $0) }
  }
}
