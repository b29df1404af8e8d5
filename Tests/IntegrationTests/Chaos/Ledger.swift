/// What clients were told about their secrets, and so what must be found.
struct Ledger: Sendable {
  /// What may be stored under each name; nil stands for no such secret.
  private(set) var states: [String: Set<String?>] = [:]

  init(_ values: [String: String] = [:]) { states = values.mapValues { [$0] } }

  /// The client was told that this is so.
  mutating func record(_ name: String, is value: String?) { states[name] = [value] }

  /// The client was told nothing, or that nobody knows: it is as it was, or so.
  mutating func record(_ name: String, maybe value: String?) { states[name, default: [nil]].insert(value) }

  /// What other clients know of other secrets.
  mutating func merge(_ other: Ledger) { states.merge(other.states) { _, theirs in theirs } }

  /// What is wrong with these secrets, in words, without their values.
  func complaints(about found: [String: String]) -> [String] {
    let missing = states.compactMap { name, states in
      let stored = found[name]
      if states.contains(stored) { return nil as String? }
      return stored == nil
        ? "\(name) is missing" : states == [nil] ? "\(name) was deleted" : "\(name) has another value"
    }
    return missing + found.keys.filter { states[$0] == nil }.map { "\($0) was never written" }
  }
}
