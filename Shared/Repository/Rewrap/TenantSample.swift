import FoundationEssentials
import Postgres

/// What a plan knows of a tenant's rows in a table: ids that stand for all of them, and about how many there are.
struct TenantSample {
  /// Up to this many rows a tenant's are counted, and so are exact.
  static let countedRows = 10_000
  /// The pages of the table from which the ids of a larger tenant are taken.
  static let pages = 1_000

  /// Ids in increasing order.
  let ids: [UUID]
  /// The number of rows: exact up to ``countedRows``, an estimate beyond.
  let rows: Int

  /// Takes a sample; its cost is bounded, however large the table.
  init(
    of tenantID: UUID, in table: RewrapTable, countedRows: Int = countedRows, pages: Int = pages,
    in transaction: PostgresTransaction
  ) async throws {
    let looks = try await transaction.pipeline([
      (RewrapPlanning.begin, []),
      (
        table.statement("SELECT id FROM TABLE WHERE tenant_id = $1 ORDER BY id LIMIT $2"),
        [.uuid(tenantID), .int8(Int64(countedRows + 1))]
      ),
      (
        table.statement(
          "SELECT pg_relation_size('TABLE') / current_setting('block_size')::bigint AS pages"), []
      ),
      (RewrapPlanning.end, []),
    ])
    let first = try looks[1].map { try $0[0, as: UUID.self] }
    guard first.count > countedRows else {
      self.init(ids: first, rows: first.count)
      return
    }
    let share = min(1, Double(pages) / Double(max(1, try looks[2][0][0, as: Int64.self])))
    let sampled = try await transaction.execute(
      // In small letters, since `TABLE` stands for the table's name.
      table.statement("SELECT id FROM TABLE tablesample system ($2::real) WHERE tenant_id = $1 ORDER BY id"),
      [.uuid(tenantID), .float8(share * 100)]
    ).map { try $0[0, as: UUID.self] }
    // A tenant that the sample hardly met is small: its first rows say more about it.
    self.init(
      ids: sampled.count < 64 ? first : sampled, rows: max(first.count, Int(Double(sampled.count) / share)))
  }

  private init(ids: [UUID], rows: Int) {
    self.ids = ids
    self.rows = rows
  }
}
