import Foundation
import Postgres
import Testing

/// Counts in the database itself, by a trigger, what rewraps do to rows: the reality that progress is held against.
struct RewrapTally: Sendable {
  private let database: TestDatabase

  init(_ database: TestDatabase) async throws {
    self.database = database
    let connection = try await database.connect()
    try await connection.executeScript(
      """
      CREATE TABLE rewrap_tally (row_id uuid, value_version integer, key_version integer, tenant_id uuid,
        moment bigint GENERATED ALWAYS AS IDENTITY);
      CREATE FUNCTION rewrap_tally() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
      BEGIN
        INSERT INTO rewrap_tally VALUES (NEW.id, NEW.value_version, NEW.key_version, NEW.tenant_id);
        RETURN NULL;
      END $$;
      CREATE TRIGGER rewrap_tally AFTER UPDATE ON secret_values FOR EACH ROW
        WHEN (NEW.value_version = OLD.value_version) EXECUTE FUNCTION rewrap_tally();
      """)
    await connection.close()
  }

  /// How many values of a tenant were rewrapped under a version.
  func rewrapped(of tenantID: UUID, under version: Int32) async throws -> Int {
    try await count(
      "SELECT count(*) FROM rewrap_tally WHERE tenant_id = $1 AND key_version = $2", [.uuid(tenantID), .int4(version)])
  }

  /// How often a value was rewrapped under a version that it was under already.
  func repeated(of tenantID: UUID) async throws -> Int {
    try await count(
      """
      SELECT count(*) - count(DISTINCT (row_id, value_version, key_version)) FROM rewrap_tally WHERE tenant_id = $1
      """, [.uuid(tenantID)])
  }

  /// How many values of another tenant had been rewrapped when the last of this tenant's was.
  func rewrapped(of other: UUID, beforeLastOf tenantID: UUID) async throws -> Int {
    try await count(
      """
      SELECT count(*) FROM rewrap_tally WHERE tenant_id = $1
        AND moment < (SELECT max(moment) FROM rewrap_tally WHERE tenant_id = $2)
      """, [.uuid(other), .uuid(tenantID)])
  }

  private func count(_ statement: PostgresStatement, _ parameters: [PostgresValue]) async throws -> Int {
    let connection = try await database.connect()
    let count = try await connection.execute(statement, parameters)[0][0, as: Int64.self]
    await connection.close()
    return Int(count)
  }
}
