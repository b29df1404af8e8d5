import Logging
public import Postgres

/// Brings the schema of a database to this version of the code.
public struct Migrator: Sendable {
  private let connection: PostgresConnection

  /// Creates a migrator.
  /// - Parameter connection: logged in as the owner of the schema.
  public init(connection: PostgresConnection) { self.connection = connection }

  /// Every version of the schema, in the order of application.
  public static var versions: [Int32] { Migration.all.map(\.version) }

  /// The version of the schema that this code is written for.
  public static var latestVersion: Int32 { versions.last ?? 0 }

  /// Applies what is missing, each migration in a transaction of its own, under an advisory lock: any number of
  /// processes may call this at once, and one of them does the work. Waits for the others as long as they need.
  /// - Returns: the versions applied, in order; empty where the schema was up to date.
  /// - Throws: ``RepositoryError`` with `migrationEdited` or `schemaTooNew`; `PostgresError`.
  @discardableResult
  public func migrate() async throws -> [Int32] {
    _ = try await connection.execute("SELECT pg_advisory_lock($1)", [.int8(AdvisoryLock.migrations)])
    do {
      let applied = try await applyMissing()
      _ = try await connection.execute("SELECT pg_advisory_unlock($1)", [.int8(AdvisoryLock.migrations)])
      return applied
    } catch {
      // The lock goes with the connection, which can't be trusted after an error.
      await connection.close()
      throw error
    }
  }

  private func applyMissing() async throws -> [Int32] {
    try await connection.executeScript(
      """
      CREATE TABLE IF NOT EXISTS schema_migrations (
        version integer PRIMARY KEY, name text NOT NULL, checksum bytea NOT NULL,
        applied_at timestamptz NOT NULL DEFAULT now())
      """)
    let recorded = try await recordedChecksums()
    if let newer = recorded.keys.max(), newer > Self.latestVersion {
      throw RepositoryError(.schemaTooNew(found: newer, known: Self.latestVersion))
    }
    var applied: [Int32] = []
    for migration in Migration.all {
      if let checksum = recorded[migration.version] {
        guard checksum == migration.checksum else { throw RepositoryError(.migrationEdited(migration.version)) }
        continue
      }
      try await apply(migration)
      applied.append(migration.version)
    }
    return applied
  }

  private func recordedChecksums() async throws -> [Int32: [UInt8]] {
    let rows = try await connection.execute("SELECT version, checksum FROM schema_migrations", [])
    return try Dictionary(
      uniqueKeysWithValues: rows.map {
        (try $0.get("version", as: Int32.self), try $0.get("checksum", as: [UInt8].self))
      })
  }

  private func apply(_ migration: Migration) async throws {
    try await connection.executeScript("BEGIN")
    try await connection.executeScript(String(decoding: migration.sql, as: UTF8.self))
    _ = try await connection.execute(
      "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
      [.int4(migration.version), .text(migration.name), .bytes(migration.checksum)])
    try await connection.executeScript("COMMIT")
  }
}
