import Synchronization

/// Ends what goes on until it is blown.
final class Whistle: Sendable {
  private let state = Atomic(false)

  var isBlown: Bool { state.load(ordering: .acquiring) }

  func blow() { state.store(true, ordering: .releasing) }
}
