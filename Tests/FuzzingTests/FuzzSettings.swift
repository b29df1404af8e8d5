import Foundation

/// How long to fuzz, which `compose/local fuzz` sets; without it, briefly, and each time alike.
enum FuzzSettings {
  /// How many inputs a target is fed where no time is set.
  static let executions = 2000

  static let seed = number("FUZZ_SEED").map { UInt64($0) } ?? 1
  /// How long each target is fuzzed, in seconds; nil for ``executions``.
  static let seconds = number("FUZZ_SECONDS")
  /// The targets meant; all unless one is named.
  static let targets = FuzzTarget.all.filter { [nil, $0.name].contains(environment["FUZZ_TARGET"]) }

  /// The file that holds a target's last input.
  static func witness(of target: FuzzTarget) -> URL? {
    environment["FUZZ_FOLDER"].map { URL(filePath: $0).appending(path: "\(target.name).last") }
  }

  private static let environment = ProcessInfo.processInfo.environment

  private static func number(_ name: String) -> Int? { environment[name].flatMap { Int($0) } }
}
