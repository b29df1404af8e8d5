/// Publishes what lies in an outbox, confirmed, with a bounded number of publishes in flight.
struct PublishSession: LinkSession {
  private struct Sent: Sendable {
    let id: UInt64
    let exchange: String
    let instant: ContinuousClock.Instant
  }

  private static let bytesPerTurn = 256 << 10

  private let outbox: Outbox
  private let limit: Int
  private let confirmTimeout: Duration
  private var window = ConfirmWindow<Sent>()
  private var backlog: ArraySlice<Outgoing> = []
  private var isBlocked = false
  private var isDraining = false

  /// Creates a session.
  /// - Parameters:
  ///   - outbox: where messages come from and verdicts go.
  ///   - limit: how many publishes may wait for their confirm.
  ///   - confirmTimeout: how long a confirm may take before the connection counts as lost.
  init(outbox: Outbox, limit: Int, confirmTimeout: Duration) {
    self.outbox = outbox
    self.limit = limit
    self.confirmTimeout = confirmTimeout
  }

  var isDrained: Bool { window.count == 0 && backlog.isEmpty }

  mutating func opened(_ link: Link) throws(AMQPError) {
    try link.selectConfirms()
    outbox.open()
  }

  mutating func received(_ event: ServerEvent, on link: Link) throws(AMQPError) {
    switch event {
    case .settled(let settlement):
      outbox.resolve(window.settle(settlement).map { ($0.element.id, verdict($0.verdict)) })
    case .returned(let tag?, let reply): window.markReturned(tag, reply)
    case .returned(nil, _): throw AMQPError(.protocolFailure, "a returned message without its headers")
    case .blocked(let isBlocked): self.isBlocked = isBlocked
    default: break
    }
  }

  mutating func transfer(to link: Link) throws(AMQPError) {
    let now = ContinuousClock.now
    if let oldest = window.oldest, now - oldest.instant > confirmTimeout {
      throw AMQPError(.connectionLost, "no confirm within \(confirmTimeout)")
    }
    if !isDraining {
      let submitted = outbox.takeAll()
      if backlog.isEmpty { backlog = submitted[...] } else { backlog += submitted }
    }
    // A broker with an alarm says so and stops reading: writing on would end in a full socket and a stuck loop. So not
    // too much is written without a look at what it says.
    var budget = Self.bytesPerTurn
    while !isBlocked, window.count < limit, let next = backlog.popFirst() {
      guard outbox.isAwaited(next.id) else { continue }
      let tag = window.nextTag
      window.append(Sent(id: next.id, exchange: next.exchange, instant: now))
      try link.publish(next, tag: tag)
      budget -= next.message.body.count
      guard budget > 0 else { return outbox.wakeup.raise() }
    }
  }

  mutating func drain(_ link: Link) throws(AMQPError) {
    let submitted = outbox.takeAll()
    backlog += submitted
    isDraining = true
    outbox.close(AMQPError(.shutDown, "shutting down"))
  }

  mutating func lost(_ error: AMQPError) {
    outbox.close(error)
    outbox.resolve(backlog.map { ($0.id, .unsent) })
    outbox.resolve(window.abandon().map { ($0.id, .failed(fate(of: $0, after: error))) })
    backlog = []
    (isBlocked, isDraining) = (false, false)
  }

  private func verdict(_ verdict: ConfirmWindow<Sent>.Verdict) -> Outbox.Verdict {
    switch verdict {
    case .confirmed: .confirmed
    case .returned(let reply): .failed(AMQPError(.unroutable, "no queue takes the message", reply: reply))
    case .refused: .failed(AMQPError(.refused, "the broker took no responsibility for the message"))
    }
  }

  /// A missing or forbidden exchange closes the channel under every publish in flight, but only its own were at fault.
  private func fate(of sent: Sent, after error: AMQPError) -> AMQPError {
    let isAtFault = error.reply.map { $0.text.contains("exchange '\(sent.exchange)'") } ?? false
    if isAtFault, error.code == .notFound || error.code == .accessRefused {
      return AMQPError(error.code, "publish to \(sent.exchange)", reply: error.reply)
    }
    return AMQPError(.outcomeUnknown, "connection lost before the confirm: \(error)", reply: error.reply)
  }
}
