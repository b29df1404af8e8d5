import Postgres
import Repository
import Testing

/// What a process makes of the schema that it finds.
@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct SchemaGateTests {
  @Test func `what a database lacks is named, until it is migrated`() async throws {
    try await TestDatabase.with { database in
      let pool = database.pool(size: 1)
      let empty = try await SchemaVersion(of: pool)
      #expect(empty.applied == [])
      let error = #expect(throws: RepositoryError.self) { try empty.demandCurrent() }
      #expect(error?.code == .schemaOutdated(missing: Migrator.versions))
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      await connection.close()
      try await SchemaVersion(of: pool).demandKnown()
      await pool.shutdown()
    }
  }

  @Test(arguments: ServiceRole.allCases)
  func `every service may look, and change nothing`(role: ServiceRole) async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      await connection.close()
      let login = try await database.makeLogin("service", in: [role.rawValue])
      let pool = database.pool(size: 1, as: try PostgresConfiguration(url: login))
      try await SchemaVersion(of: pool).demandKnown()
      let error = await #expect(throws: PostgresError.self) {
        try await pool.execute("DELETE FROM schema_migrations WHERE version = 1")
      }
      #expect(error?.sqlState == .insufficientPrivilege)
      await pool.shutdown()
    }
  }

  @Test func `a process of an older version runs on with a newer schema, but doesn't start on it`() async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      let newer = Migrator.latestVersion + 1
      try await connection.execute(
        "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, 'newer', '')", [.int4(newer)])
      await connection.close()
      let pool = database.pool(size: 1)
      try await SchemaVersion(of: pool).demandCurrent()
      let gate = SchemaGate(pool: pool, logger: TestDatabase.logger)
      let error = await #expect(throws: RepositoryError.self) { try await gate.run() }
      #expect(error?.code == .schemaTooNew(found: newer, known: Migrator.latestVersion))
      await pool.shutdown()
    }
  }
}
