/// A watcher's place in the hub, which it gives up when nobody holds it any more.
final class EventWatch: Sendable {
  /// One at a time is remembered: who comes to look late looks once.
  let wakeUps: AsyncStream<Void>
  /// Where the hub wakes it.
  let continuation: AsyncStream<Void>.Continuation
  private let onEnd: @Sendable (ObjectIdentifier) -> Void

  init(onEnd: @escaping @Sendable (ObjectIdentifier) -> Void) {
    (wakeUps, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.onEnd = onEnd
  }

  deinit { onEnd(ObjectIdentifier(self)) }

  /// Ends the wake-ups.
  func end() { continuation.finish() }
}
