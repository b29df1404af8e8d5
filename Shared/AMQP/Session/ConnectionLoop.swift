import BlockingQueue
import Logging
import ServiceLifecycle
import Synchronization

/// Owns a connection for as long as its service runs: connects, pumps input, output and heartbeats, and connects again.
///
/// librabbitmq blocks and is single-threaded, so all of it happens on this actor's own queue. The loop occupies that
/// queue while a connection is up; other tasks leave work in the session's mailbox and raise the wake-up.
actor ConnectionLoop<Session: LinkSession> {
  private enum Stop: Int {
    case no, drain, now
  }

  private let queue: BlockingQueue
  private let configuration: AMQPConfiguration
  private let gracePeriod: Duration
  private let logger: Logger
  private let wakeup: Wakeup
  private let interruption = Interruption()
  private nonisolated let stop = Atomic(Stop.no.rawValue)
  private var session: Session

  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  /// Creates a loop; `run()` starts it.
  /// - Parameters:
  ///   - session: what is done with the connection.
  ///   - configuration: where to connect.
  ///   - wakeup: what the session's mailbox raises.
  ///   - gracePeriod: how long a graceful shutdown may take to finish what was begun.
  ///   - logger: told when the connection comes and goes.
  init(
    _ session: Session, configuration: AMQPConfiguration, wakeup: Wakeup, gracePeriod: Duration, logger: Logger
  ) {
    queue = BlockingQueue(label: "amqp.\(configuration.connectionName)")
    self.session = session
    self.configuration = configuration
    self.wakeup = wakeup
    self.gracePeriod = gracePeriod
    var logger = logger
    logger[metadataKey: "connection"] = "\(configuration.connectionName)"
    self.logger = logger
  }

  /// Keeps a connection until graceful shutdown or cancellation; then the session was told that it's lost.
  /// - Throws: `AMQPError` where `isFatal`.
  func run() async throws {
    guard wakeup.isUsable else { throw AMQPError(.invalidConfiguration, "no file descriptor left") }
    defer { session.lost(AMQPError(.shutDown, "shut down")) }
    try await withTaskCancellationHandler {
      try await withGracefulShutdownHandler {
        try await keepConnected()
      } onGracefulShutdown: {
        self.request(.drain)
      }
    } onCancel: {
      self.request(.now)
      self.interruption.fire()
    }
  }

  private nonisolated func request(_ request: Stop) {
    stop.max(request.rawValue, ordering: .sequentiallyConsistent)
    wakeup.raise()
  }

  private var requestedStop: Stop { Stop(rawValue: stop.load(ordering: .sequentiallyConsistent)) ?? .now }

  private func keepConnected() async throws {
    var attempt = 0
    while requestedStop == .no {
      let start = ContinuousClock.now
      do {
        try connectAndServe()
      } catch {
        session.lost(error)
        if error.isFatal { throw error }
        guard requestedStop == .no else { return }
        attempt = ContinuousClock.now - start > configuration.backoff.maximum ? 0 : attempt
        let delay = configuration.backoff.delay(attempt: attempt)
        logger.warning("AMQP connection lost", metadata: ["error": "\(error)", "retry_in": "\(delay)"])
        attempt += 1
        await pause(delay)
      }
    }
  }

  /// Waits, or stops waiting when a shutdown begins: the loop's condition looks at that, not at how this ended.
  private func pause(_ delay: Duration) async {
    do {
      try await cancelWhenGracefulShutdown { try await Task.sleep(for: delay) }
    } catch {
      logger.debug("AMQP reconnection called off")
    }
  }

  private func connectAndServe() throws(AMQPError) {
    let link = try Link(configuration)
    try session.opened(link)
    logger.info("AMQP connection up", metadata: ["broker": "\(configuration)"])
    try serve(link)
    // A cancellation doesn't wait for the broker's goodbye: one with an alarm wouldn't answer.
    if requestedStop == .drain { link.close() }
  }

  /// Pumps until a shutdown is done; everything between two waits happens without a suspension.
  private func serve(_ link: Link) throws(AMQPError) {
    // A quarter of the interval keeps heartbeats well within the half that librabbitmq needs.
    let pulse = link.heartbeat / 4
    var deadline: ContinuousClock.Instant?
    while requestedStop != .now {
      if requestedStop == .drain, deadline == nil {
        deadline = .now + gracePeriod
        try session.drain(link)
      }
      try receive(from: link)
      try transfer(to: link)
      if let deadline, session.isDrained || .now >= deadline { return }
      guard !link.hasBufferedInput else { continue }
      let rest = deadline.map { ContinuousClock.now.duration(to: $0) } ?? pulse
      wakeup.wait(forInputOn: link.descriptor, atMost: min(pulse, rest))
    }
  }

  private func transfer(to link: Link) throws(AMQPError) {
    interruption.arm(link.descriptor)
    defer { interruption.disarm() }
    // Looked at again: a cancellation just before found nothing to interrupt.
    guard requestedStop != .now else { return }
    try session.transfer(to: link)
  }

  /// Takes what has arrived, but no more than a fair share before output gets its turn.
  private func receive(from link: Link) throws(AMQPError) {
    for _ in 0..<1024 {
      guard let event = try link.receive() else { return }
      try session.received(event, on: link)
    }
    wakeup.raise()
  }
}
