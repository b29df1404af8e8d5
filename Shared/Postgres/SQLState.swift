/// The five characters by which a server classifies an error (PostgreSQL manual, appendix A).
public struct SQLState: RawRepresentable, Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible {
  /// The five characters: two of the class, three of the condition.
  public let rawValue: String

  /// Takes the characters as they are.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// Takes the characters as they are.
  public init(stringLiteral value: String) { self.init(rawValue: value) }

  /// The characters.
  public var description: String { rawValue }

  /// 23505: a row with that key exists.
  public static let uniqueViolation: SQLState = "23505"
  /// 23503: a referenced row is missing, or still referenced.
  public static let foreignKeyViolation: SQLState = "23503"
  /// 23514: a CHECK constraint refused the row.
  public static let checkViolation: SQLState = "23514"
  /// 23502: NULL where the column forbids it.
  public static let notNullViolation: SQLState = "23502"
  /// 40001: concurrent transactions can't be ordered; try the whole transaction again.
  public static let serializationFailure: SQLState = "40001"
  /// 40P01: a deadlock was broken by ending this transaction; try it again.
  public static let deadlockDetected: SQLState = "40P01"
  /// 55P03: a lock was not granted in time, or at once where NOWAIT asked for that.
  public static let lockNotAvailable: SQLState = "55P03"
  /// 57014: the statement timeout passed, or somebody cancelled the statement.
  public static let queryCanceled: SQLState = "57014"
  /// 42501: the role lacks the privilege, or row-level security refused the row.
  public static let insufficientPrivilege: SQLState = "42501"
  /// 42P01: there is no such table.
  public static let undefinedTable: SQLState = "42P01"
  /// 26000: the prepared statement is gone, as after DISCARD ALL.
  static let invalidStatementName: SQLState = "26000"

  /// True if the condition passes by itself: conflicts, locks, resources, a server restarting.
  var isRetriable: Bool {
    isConnectivity || rawValue.hasPrefix("40") || rawValue.hasPrefix("53")
      || [.lockNotAvailable, .queryCanceled, .invalidStatementName].contains(self)
  }

  /// True if the server can't serve now: connection exceptions, shutting down, starting up, out of connection slots.
  var isConnectivity: Bool {
    rawValue.hasPrefix("08") || ["57P01", "57P02", "57P03", "57P05", "53300", "25P03"].contains(rawValue)
  }
}
