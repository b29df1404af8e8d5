import Foundation
import Postgres
import Repository
import Testing

/// A batch ended otherwise than the test is about.
struct UnexpectedOutcome: Error {}

extension MigratedDatabase {
  /// Onboards version 1 and plans its job as one range.
  func plannedCursor(_ tenantID: UUID) async throws -> RewrapCursor {
    let job = try await onboard(tenantID)
    return try #require(try await rewraps.plan(job, window: 1, rangeRows: 1_000, at: Self.now).first)
  }

  /// Runs a batch, in the middle of which, with its rows read and not yet written, something happens.
  @discardableResult
  func batch(
    _ cursor: RewrapCursor, limit: Int32 = 100,
    meanwhile: @escaping @Sendable (WrappedRows) async throws -> Void = { _ in }
  ) async throws -> RewrapStore.BatchOutcome {
    try await rewraps.rewrapBatch(at: cursor, limit: limit, window: 1, time: Self.now) {
      rows, table, tenantID, target in
      try await meanwhile(rows)
      return try await Self.wrap(rows, table, tenantID, target)
    }
  }
}

extension MigratedDatabase {
  /// Makes many values at once, a second apart, as short as can be.
  func makeManySecrets(_ count: Int, of tenantID: UUID) async throws {
    let statements: [PostgresStatement] = [
      """
      INSERT INTO secrets (tenant_id, id, name, secret_type, base_environment)
      SELECT $1, uuid_in(md5($1::text || n)::cstring), n::text, 'string', 'production' FROM generate_series(1, $2) n
      """,
      """
      INSERT INTO secret_values (
        tenant_id, id, secret_id, environment_name, value_version, key_version, wrapped_key, payload)
      SELECT $1, (lpad(to_hex(1795492814000 + 1000 * n), 12, '0') || '7' || substr(md5($1::text || n), 14))::uuid,
        uuid_in(md5($1::text || n)::cstring), 'production', 1, 0, decode(repeat('00', 69), 'hex'), ''
      FROM generate_series(1, $2) n
      """,
    ]
    for statement in statements { try await pool.execute(statement, [.uuid(tenantID), .int8(Int64(count))]) }
  }
}

extension WrappedRows {
  /// Stands in for the cryptography as ``MigratedDatabase/wrap(_:_:_:_:)`` does, except for rows that fail.
  func moved(to target: Int32, failing failure: (WrappedRow) -> String?) -> WrappedRows {
    var rows = self
    rows.moveKeys { row, key in
      key.initializeMemory(as: UInt8.self, repeating: UInt8(target))
      return failure(row)
    }
    return rows
  }
}
