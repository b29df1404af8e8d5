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

  /// The values of secrets.
  public static let secretValues = RewrapTable(tag: .secretValues, name: "secret_values")

  /// Every table that a rewrap visits, in order.
  public static let all = [secretValues]

  /// The table of a tag that came in a command, or nil.
  public init?(tag: TableTag) {
    guard let table = Self.all.first(where: { $0.tag == tag }) else { return nil }
    self = table
  }

  private init(tag: TableTag, name: String) {
    self.tag = tag
    self.name = name
  }

  /// A statement about this table: `TABLE` stands for its name.
  func statement(_ sql: String) -> PostgresStatement {
    PostgresStatement(unchecked: sql.replacing("TABLE", with: name))
  }
}
