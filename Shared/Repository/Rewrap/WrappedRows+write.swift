import FoundationEssentials
import Postgres

extension WrappedRows {
  /// The rows whose keys were moved.
  func moved() -> WrappedRows {
    guard !failures.isEmpty else { return self }
    return selecting(indices.filter { failures[$0] == nil })
  }

  /// The parameters of ``RewrapTable/write`` behind tenant and target.
  var parameters: [PostgresValue] {
    [
      .array(PostgresArray(of: .tid, packed: locations, elementSize: Self.locationSize)),
      .array(PostgresArray(of: .uuid, packed: ids, elementSize: Self.idSize)),
      .array(PostgresArray(of: .int4, packed: valueVersions, elementSize: Self.versionSize)),
      .array(PostgresArray(of: .int4, packed: keyVersions, elementSize: Self.versionSize)),
      .array(PostgresArray(of: .bytea, packed: wrappedKeys, elementSize: Self.wrappedKeySize)),
    ]
  }

  /// The statement that sets the rows aside whose keys could not be moved.
  func quarantine(at cursor: RewrapCursor) -> (PostgresStatement, [PostgresValue]) {
    let failures = failures.sorted { $0.key < $1.key }
    let rows = failures.map { self[$0.key] }
    return (
      """
      INSERT INTO rewrap_failures (job_id, table_tag, row_id, value_version, key_version, error_class)
      SELECT $1, $2, unnest($3::uuid[]), unnest($4::int[]), unnest($5::int[]), unnest($6::text[])
      ON CONFLICT (job_id, table_tag, row_id) DO UPDATE
        SET value_version = excluded.value_version, key_version = excluded.key_version,
          error_class = excluded.error_class, failed_at = now()
      """,
      [
        .uuid(cursor.jobID), .int2(Int16(cursor.table)), .uuidArray(rows.map(\.id)),
        .int4Array(rows.map(\.valueVersion)), .int4Array(rows.map(\.keyVersion)), .textArray(failures.map(\.value)),
      ]
    )
  }

  private func selecting(_ rows: [Int]) -> WrappedRows {
    func select(_ column: [UInt8], _ size: Int) -> [UInt8] { rows.flatMap { column[$0 * size..<($0 + 1) * size] } }
    return WrappedRows(
      locations: select(locations, Self.locationSize), ids: select(ids, Self.idSize),
      valueVersions: select(valueVersions, Self.versionSize), keyVersions: select(keyVersions, Self.versionSize),
      wrappedKeys: select(wrappedKeys, Self.wrappedKeySize))
  }
}
