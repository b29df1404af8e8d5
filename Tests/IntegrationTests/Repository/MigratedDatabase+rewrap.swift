import Foundation
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
    meanwhile: @escaping @Sendable ([WrappedRow]) async throws -> Void = { _ in }
  ) async throws -> RewrapStore.BatchOutcome {
    try await rewraps.rewrapBatch(at: cursor, limit: limit, window: 1, time: Self.now) {
      rows, table, tenantID, target in
      try await meanwhile(rows)
      return try await Self.wrap(rows, table, tenantID, target)
    }
  }
}
