public import Envelope
import Postgres

/// A table whose rows carry a wrapped data encryption key: what makes it join every rewrap.
///
/// Such a table has the columns `tenant_id`, `id` (together its primary key), `value_version`, `key_version` and
/// `wrapped_key`, and no index on the last two. A new table joins by a line in ``all``, no other code.
public struct RewrapTable: Sendable, Equatable {
  /// Names it in the additional authenticated data of its envelopes, and in commands.
  public let tag: TableTag
  /// The table's name in the schema.
  let name: String
  /// Reads the next rows of a range in order: what ``WrappedRows`` takes.
  let read: PostgresStatement
  /// Writes rows back by compare-and-set.
  ///
  /// The rows are looked for where they were read: a row that has moved since is left to the sweep. Places are used
  /// again, so its id and both versions decide. `unnest` stands in the select list, where its rows are streamed, and
  /// the tenant is compared in a way that no index serves, since a place is cheaper to go to than any index (measured).
  let write: PostgresStatement

  /// The values of secrets.
  public static let secretValues = RewrapTable(tag: .secretValues, name: "secret_values")

  /// The versions of transit keys.
  public static let transitKeyVersions = RewrapTable(tag: .transitKeys, name: "transit_key_versions")

  /// Every table that a rewrap visits, in order.
  public static let all = [secretValues, transitKeyVersions]

  /// The table of a tag that came in a command, or nil.
  public init?(tag: TableTag) {
    guard let table = Self.all.first(where: { $0.tag == tag }) else { return nil }
    self = table
  }

  private init(tag: TableTag, name: String) {
    self.tag = tag
    self.name = name
    read = Self.statement(
      """
      SELECT ctid, id, value_version, key_version, wrapped_key FROM TABLE
      WHERE tenant_id = $1 AND id > $2 AND id <= $3 AND key_version < $4 ORDER BY id LIMIT $5
      """, of: name)
    write = Self.statement(
      """
      UPDATE TABLE t SET wrapped_key = new.wrapped_key, key_version = $2 FROM (
        SELECT unnest($3::tid[]) AS place, unnest($4::uuid[]) AS id, unnest($5::int[]) AS value_version,
          unnest($6::int[]) AS key_version, unnest($7::bytea[]) AS wrapped_key) new
      WHERE t.ctid = new.place AND t.id = new.id AND t.value_version = new.value_version
        AND t.key_version = new.key_version AND t.tenant_id IS NOT DISTINCT FROM $1
      """, of: name)
  }

  /// A statement about this table: `TABLE` stands for its name.
  func statement(_ sql: String) -> PostgresStatement { Self.statement(sql, of: name) }

  private static func statement(_ sql: String, of name: String) -> PostgresStatement {
    PostgresStatement(unchecked: sql.replacing("TABLE", with: name))
  }
}
