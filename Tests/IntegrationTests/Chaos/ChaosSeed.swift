import Foundation

/// The seeds of the chaos tests, one a round, so that a failing one can be repeated: each stands in the name of its test
/// case, and so in every failure.
enum ChaosSeed {
  /// `CHAOS_SEED`, else one that chance gives, and those that follow it: `CHAOS_ROUNDS` of them, one unless told.
  static let rounds: [UInt64] = {
    let first = number("CHAOS_SEED") ?? .random(in: 0..<1 << 32)
    return (0..<(number("CHAOS_ROUNDS") ?? 1)).map { first &+ $0 }
  }()

  private static func number(_ name: String) -> UInt64? {
    guard let text = ProcessInfo.processInfo.environment[name] else { return nil }
    guard let number = UInt64(text) else { preconditionFailure("\(name) must be a number") }
    return number
  }
}
