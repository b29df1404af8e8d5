import FoundationEssentials

/// The hand on the customer's key: takes it away from this platform and gives it back.
protocol KeySwitch: Sendable {
  /// How it does that, for the report.
  var method: String { get }

  /// Takes the key away.
  /// - Parameter now: what the time is.
  /// - Returns: a moment before which the key was there.
  func takeAway(at now: @Sendable () async throws -> Date) async throws -> Date

  /// Gives the key back.
  /// - Returns: a moment before which it wasn't there.
  func giveBack(at now: @Sendable () async throws -> Date) async throws -> Date
}
