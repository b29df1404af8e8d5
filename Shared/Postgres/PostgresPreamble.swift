/// A statement that goes ahead of others in their transaction, in the same round trip, and whose rows nobody reads: to
/// set, by `set_config(…, true)`, what holds for that transaction alone.
public struct PostgresPreamble: Sendable {
  let statement: PostgresStatement
  let parameters: [PostgresValue]

  /// Describes one.
  /// - Parameters:
  ///   - statement: prepared on first use.
  ///   - parameters: the values of `$1`, `$2`…
  public init(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) {
    self.statement = statement
    self.parameters = parameters
  }

  func request() throws(PostgresError) -> Request { try Request(statement, parameters) }
}
