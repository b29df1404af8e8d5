import BlockingQueue
import FoundationEssentials

/// Has somebody at the terminal disable the key and enable it again: they, not we, may.
struct GuidedKeySwitch: KeySwitch {
  /// Nobody is at the terminal.
  struct Alone: Error, CustomStringConvertible {
    let description = "drill: standard input ended, but somebody has to take the key away and press Return"
  }

  /// The key, as its owner calls it.
  let key: String
  let region: String
  let say: @Sendable (String) -> Void
  private let terminal = Terminal()

  init(key: String, region: String, say: @escaping @Sendable (String) -> Void) {
    self.key = key
    self.region = region
    self.say = say
  }

  let method = "guided"

  func takeAway(at now: @Sendable () async throws -> Date) async throws -> Date {
    say("take the key away from this platform, in its owner's account, in whatever way is to be tried; for example:")
    say("  aws kms disable-key --region \(region) --key-id \(key)")
    try await terminal.ask("press Return just before you do: the clock starts then", say)
    return try await now()
  }

  func giveBack(at now: @Sendable () async throws -> Date) async throws -> Date {
    say("now give it back; for example:")
    say("  aws kms enable-key --region \(region) --key-id \(key)")
    try await terminal.ask("press Return just before you do", say)
    return try await now()
  }
}

/// Reads lines from standard input, which blocks, on a queue of its own.
private actor Terminal {
  private let queue = BlockingQueue(label: "terminal")

  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  func ask(_ what: String, _ say: @Sendable (String) -> Void) throws {
    say(what)
    guard readLine() != nil else { throw GuidedKeySwitch.Alone() }
  }
}
