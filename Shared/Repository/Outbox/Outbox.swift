public import Commands
public import FoundationEssentials
public import Postgres
import TracePropagation

/// The commands that committed transactions caused: written with them, published after them, at least once.
public struct Outbox: Sendable {
  /// The channel on which PostgreSQL notifies of new entries.
  public static let notificationChannel = "outbox"

  let pool: PostgresPool

  /// Creates the outbox of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Adds a command to the caller's transaction.
  ///
  /// Commands of one tenant are published in the order in which they were added, if the transactions that added them
  /// followed each other; those of transactions at the same time have no order.
  /// - Throws: `CommandError` with `tooLong` where nobody could sign it later: better no transaction than one whose
  ///   command stays here forever.
  public static func add(_ command: some Command, of tenantID: UUID, in transaction: PostgresTransaction) async throws {
    let body = try command.body()
    guard body.count <= CommandAuthenticator.maximumBodyLength else { throw CommandError(code: .tooLong) }
    _ = try await transaction.execute(
      "INSERT INTO outbox (tenant_id, message_id, name, body, traceparent) VALUES ($1, $2, $3, $4, $5)",
      [
        .uuid(tenantID), .uuid(UUID()), .text(type(of: command).name), .bytes(body),
        TraceContext.current.map { .text($0.headerValue) } ?? .null,
      ])
  }

  /// How many entries wait, and since when.
  public func backlog() async throws -> OutboxBacklog {
    let row = try await pool.execute(
      """
      SELECT count(*) AS entries,
        coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS oldest FROM outbox
      """)[0]
    return OutboxBacklog(
      entries: try row.get("entries", as: Int64.self),
      oldest: .seconds(max(0, try row.get("oldest", as: Double.self))))
  }
}
