import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct MigratorTests {
  static let everything = Migrator.versions

  @Test func `an empty database gets everything, in order, once`() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      #expect(try await Migrator(connection: connection).migrate() == Self.everything)
      #expect(try await Migrator(connection: connection).migrate() == [])
      let recorded = try await connection.execute("SELECT version FROM schema_migrations ORDER BY version")
      #expect(try recorded.map { try $0[0, as: Int32.self] } == Self.everything)
      await connection.close()
    }
  }

  @Test func `of several at once one does the work`() async throws {
    try await TestDatabase.with { database in
      let applied = try await withThrowingTaskGroup { group in
        for _ in 0..<6 {
          group.addTask {
            let connection = try await database.connect()
            let applied = try await Migrator(connection: connection).migrate()
            await connection.close()
            return applied
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(applied.filter { !$0.isEmpty } == [Self.everything])
    }
  }

  @Test func `an edited migration is refused`() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      try await connection.execute("UPDATE schema_migrations SET checksum = '\\x00' WHERE version = 2")
      let error = await #expect(throws: RepositoryError.self) { try await Migrator(connection: connection).migrate() }
      #expect(error?.code == .migrationEdited(2))
    }
  }

  @Test func `a schema of a newer version is left alone`() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      let newer = Migrator.latestVersion + 1
      try await connection.execute(
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, 'newer', '')", [.int4(newer)])
      let error = await #expect(throws: RepositoryError.self) { try await Migrator(connection: connection).migrate() }
      #expect(error?.code == .schemaTooNew(found: newer, known: Migrator.latestVersion))
    }
  }

  @Test func `a migration that fails leaves nothing of itself, and the next attempt goes on there`() async throws {
    try await TestDatabase.with { database in
      let other = try await database.connect()
      try await other.executeScript("CREATE TABLE secret_values ()")
      let failing = try await database.connect()
      let error = await #expect(throws: PostgresError.self) { try await Migrator(connection: failing).migrate() }
      #expect(error?.sqlState == "42P07")
      // The second migration makes `secrets` before it meets the table that is in its way.
      let rows = try await other.execute("SELECT version, to_regclass('secrets') IS NULL FROM schema_migrations")
      #expect(rows.count == 1)
      #expect(try rows[0][1, as: Bool.self])

      try await other.executeScript("DROP TABLE secret_values")
      #expect(try await Migrator(connection: other).migrate() == Array(Self.everything.dropFirst()))
      await other.close()
    }
  }
}
