public import FoundationEssentials
import Postgres

extension KeyStore {
  /// How many values are encrypted under each of a tenant's key versions; those of none are left out.
  ///
  /// Reads every row of the tenant, since no index holds the version, which a rewrap changes: some 100 ms for a million.
  /// - Throws: `PostgresError`.
  public func rowCounts(of tenantID: UUID) async throws -> [Int32: Int] {
    var counts: [Int32: Int] = [:]
    for table in RewrapTable.all {
      let rows = try await pool.tenant(tenantID).execute(
        table.statement("SELECT key_version, count(*) AS rows FROM TABLE WHERE tenant_id = $1 GROUP BY 1"),
        [.uuid(tenantID)])
      for row in rows {
        counts[try row.get("key_version", as: Int32.self), default: 0] += Int(try row.get("rows", as: Int64.self))
      }
    }
    return counts
  }
}
