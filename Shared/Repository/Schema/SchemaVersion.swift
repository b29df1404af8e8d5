public import Postgres

/// Which migrations a database has, compared with those that this code is written for.
public struct SchemaVersion: Sendable, Equatable {
  /// The migrations applied; empty where there is no schema.
  public let applied: Set<Int32>

  /// Looks them up.
  /// - Throws: `PostgresError`.
  public init(of pool: PostgresPool) async throws {
    do {
      let rows = try await pool.execute("SELECT version FROM schema_migrations")
      applied = Set(try rows.map { try $0.get("version", as: Int32.self) })
    } catch let error as PostgresError where error.sqlState == .undefinedTable {
      applied = []
    }
  }

  /// Whether everything that this code needs is there. A schema from the future has it: migrations expand first, and
  /// what they take away goes once no process needs it any more.
  /// - Throws: ``RepositoryError`` with `schemaOutdated`.
  public func demandCurrent() throws(RepositoryError) {
    let missing = Migrator.versions.filter { !applied.contains($0) }
    guard missing.isEmpty else { throw RepositoryError(.schemaOutdated(missing: missing)) }
  }

  /// Whether a process of this code may start on it.
  /// - Throws: ``RepositoryError`` with `schemaOutdated` or `schemaTooNew`.
  public func demandKnown() throws(RepositoryError) {
    if let newest = applied.max(), newest > Migrator.latestVersion {
      throw RepositoryError(.schemaTooNew(found: newest, known: Migrator.latestVersion))
    }
    try demandCurrent()
  }
}
