import FoundationEssentials
import Postgres

/// Reads the table `parts` in batches of 1,000 rows, and writes each back by compare-and-set before the next.
enum PostgresPart {
  static let batch = 1_000
  static let read: PostgresStatement = """
    SELECT id, value_version, key_version, wrapped_key FROM parts WHERE id > $1 ORDER BY id LIMIT 1000
    """
  static let write: PostgresStatement = """
    UPDATE parts t SET wrapped_key = new.wrapped_key, key_version = $1
    FROM unnest($2::uuid[], $3::int[], $4::int[], $5::bytea[]) AS new (id, value_version, key_version, wrapped_key)
    WHERE t.id = new.id AND t.value_version = new.value_version AND t.key_version = new.key_version
    """

  static func update(url: String) async throws {
    let connection = try await PostgresConnection.connect(PostgresConfiguration(url: url, applicationName: "parts"))
    let stopwatch = Stopwatch()
    var after = UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    var count = batch
    while count == batch {
      let last = after
      (count, after) = try await connection.withTransaction { transaction in
        let rows = try await transaction.execute(read, [.uuid(last)])
        guard rows.count > 0 else { return (0, last) }
        try await transaction.execute(
          write,
          [
            .int4(1), .array(PostgresArray(of: .uuid, packed: rows.packed(column: 0, cellSize: 16), elementSize: 16)),
            .array(PostgresArray(of: .int4, packed: rows.packed(column: 1, cellSize: 4), elementSize: 4)),
            .array(PostgresArray(of: .int4, packed: rows.packed(column: 2, cellSize: 4), elementSize: 4)),
            .array(PostgresArray(of: .bytea, packed: rows.packed(column: 3, cellSize: 69), elementSize: 69)),
          ])
        return (rows.count, try rows[rows.count - 1][0, as: UUID.self])
      }
    }
    stopwatch.report()
    await connection.close()
  }
}
