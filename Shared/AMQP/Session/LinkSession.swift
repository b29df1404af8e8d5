/// What is done with a connection, called by its `ConnectionLoop`: one call at a time, on the loop's queue.
protocol LinkSession: Sendable {
  /// Sets up the channel of a new connection; may block for its answers.
  mutating func opened(_ link: Link) throws(AMQPError)
  /// Takes what the broker says.
  mutating func received(_ event: ServerEvent, on link: Link) throws(AMQPError)
  /// Writes whatever waits to be written; called after input and after each wake-up.
  mutating func transfer(to link: Link) throws(AMQPError)
  /// Takes on nothing new; called once a graceful shutdown began.
  mutating func drain(_ link: Link) throws(AMQPError)
  /// Whether everything that was begun is finished.
  var isDrained: Bool { get }
  /// The connection, or the attempt to get one, failed.
  mutating func lost(_ error: AMQPError)
}
