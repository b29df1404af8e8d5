/// A statement's text, with `$1`, `$2`… where its parameters go.
///
/// A connection prepares it on first use and keeps it prepared, so hold statements as constants:
///
/// ```swift
/// static let findTenant = PostgresStatement("SELECT id, slug FROM tenants WHERE id = $1")
/// ```
///
/// The initialisers take no interpolated string: a value can reach the server only as a parameter.
public struct PostgresStatement: Sendable, Hashable, ExpressibleByStringLiteral {
  /// The text of the statement.
  public let sql: String
  private let hash: Int

  /// Takes a literal.
  public init(_ sql: StaticString) { self.init(unchecked: sql.description) }

  /// Takes a literal.
  public init(stringLiteral sql: StaticString) { self.init(sql) }

  /// Takes text made at run time, which must not be made from anybody's input: quote nothing into it.
  /// - Parameter sql: must not contain a NUL character, where libpq would take it to end.
  public init(unchecked sql: String) {
    precondition(!sql.utf8.contains(0), "a statement contains a NUL character")
    self.sql = sql
    hash = sql.hashValue
  }

  /// Compares the texts.
  public static func == (left: PostgresStatement, right: PostgresStatement) -> Bool { left.sql == right.sql }

  /// Feeds a digest made once, because statements are long and are looked up at every execution.
  public func hash(into hasher: inout Hasher) { hasher.combine(hash) }
}
