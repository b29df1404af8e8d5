import Envelope
import FoundationEssentials
import Postgres

/// The work of one batch inside its transaction: the rows of a range, chunk by chunk.
///
/// While the server writes one chunk and reads the next but one, in one round trip, the keys of the chunk between are
/// moved. So neither side waits for the other, and no more than three chunks are in memory.
struct RewrapBatchRun {
  let transaction: PostgresTransaction
  let cursor: RewrapCursor
  let table: RewrapTable
  let range: OpenRange
  let rewrap: RewrapStore.Rewrap
  var pace: BatchPace

  /// The greatest row id that is done.
  private(set) var last: UUID
  /// The rows that were written back.
  private(set) var processed = 0
  /// True once no row of the range is left to read.
  private(set) var isDone = false

  init(
    _ transaction: PostgresTransaction, at cursor: RewrapCursor, of table: RewrapTable, in range: OpenRange,
    pace: BatchPace, rewrap: @escaping RewrapStore.Rewrap
  ) {
    self.transaction = transaction
    self.cursor = cursor
    self.table = table
    self.range = range
    self.pace = pace
    self.rewrap = rewrap
    last = range.after
  }

  /// Works until the range has no more rows, or the batch has taken on as many as it may.
  mutating func run() async throws {
    let start = ContinuousClock.now
    var written: Int32 = 0
    var moved: WrappedRows?
    var chunk = try await exchange(write: nil, read: pace.nextChunk(after: .zero, written: 0))
    while let rows = chunk, let lastRow = rows.last {
      last = lastRow.id
      async let moving = rewrap(rows, table.tag, range.tenantID, range.target)
      let next = isDone ? 0 : pace.nextChunk(after: start.duration(to: .now), written: written)
      chunk = try await exchange(write: moved, read: next)
      written += Int32(moved?.count ?? 0)
      moved = try await moving
    }
    _ = try await exchange(write: moved, read: 0)
    if isDone { last = range.upper }
  }

  /// Writes a chunk back and reads another in one round trip.
  private mutating func exchange(write chunk: WrappedRows?, read limit: Int32) async throws -> WrappedRows? {
    var statements: [(PostgresStatement, [PostgresValue])] = []
    let moved = chunk?.moved()
    if let moved {
      statements.append((table.write, [.uuid(range.tenantID), .int4(range.target)] + moved.parameters))
    }
    if let chunk, !chunk.failures.isEmpty { statements.append(chunk.quarantine(at: cursor)) }
    if limit > 0 {
      statements.append(
        (
          table.read,
          [.uuid(range.tenantID), .uuid(last), .uuid(range.upper), .int4(range.target), .int4(limit)]
        ))
    }
    guard !statements.isEmpty else { return nil }
    let answers = try await transaction.pipeline(statements)
    if moved != nil { processed += answers[0].affectedRows }
    guard limit > 0, let rows = answers.last else { return nil }
    isDone = rows.count < limit
    return WrappedRows(rows)
  }
}
