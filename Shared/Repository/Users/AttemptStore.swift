public import FoundationEssentials
public import Postgres

/// Bounds attempts at guessing, for all processes together.
///
/// An attempt is paid for before anything is compared, and given back if it was right: however many come at once, no
/// more are made than there are. The bound is the generic cell rate algorithm's, so one row with one time is enough.
public struct AttemptStore: Sendable {
  private let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// Uses an attempt up.
  /// - Throws: ``AttemptsExhausted``, which uses none; `PostgresError`.
  public func charge(_ subject: AttemptSubject, at time: Date) async throws {
    let results = try await pool.withConnection { connection in
      try await connection.pipeline([
        (
          Self.charge,
          [
            .bytes(subject.digest), .timestamp(time), .int4(Int32(subject.seconds)),
            .int4(Int32(subject.seconds * subject.capacity)),
          ]
        ),
        (Self.look, [.bytes(subject.digest)]),
        (Self.prune, [.timestamp(time)]),
      ])
    }
    guard results[0].affectedRows == 0 else { return }
    let spentUntil = try results[1].first?.get("spent_until", as: Date.self) ?? time
    let next = spentUntil.addingTimeInterval(-Double(subject.seconds * (subject.capacity - 1)))
    throw AttemptsExhausted(retryAfter: max(1, Int(next.timeIntervalSince(time).rounded(.up))))
  }

  /// Gives one attempt back.
  public func refund(_ subject: AttemptSubject) async throws {
    try await pool.execute(
      "UPDATE attempt_budgets SET spent_until = spent_until - $2 * interval '1 second' WHERE subject = $1",
      [.bytes(subject.digest), .int4(Int32(subject.seconds))])
  }

  /// Gives all attempts back.
  public func forget(_ subject: AttemptSubject) async throws {
    try await pool.execute("DELETE FROM attempt_budgets WHERE subject = $1", [.bytes(subject.digest)])
  }

  /// More than a charge adds, so that the table doesn't grow with time. It comes last and waits for nobody, so that two
  /// charges never wait for each other.
  private static let prune = PostgresStatement(
    """
    DELETE FROM attempt_budgets WHERE subject IN (
      SELECT subject FROM attempt_budgets WHERE spent_until < $1
      ORDER BY spent_until LIMIT 10 FOR UPDATE SKIP LOCKED)
    """)

  private static let charge = PostgresStatement(
    """
    INSERT INTO attempt_budgets AS budget (subject, spent_until) VALUES ($1, $2 + $3 * interval '1 second')
    ON CONFLICT (subject) DO UPDATE SET spent_until = greatest(budget.spent_until, $2) + $3 * interval '1 second'
    WHERE greatest(budget.spent_until, $2) + $3 * interval '1 second' <= $2 + $4 * interval '1 second'
    """)

  private static let look = PostgresStatement("SELECT spent_until FROM attempt_budgets WHERE subject = $1")
}
