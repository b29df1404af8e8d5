/// Whether a subscription hears everything at the moment.
public enum AMQPLinkState: Hashable, Sendable {
  /// Every message published from now on arrives.
  case up
  /// Messages are being missed, from now on until `up`; the error says why.
  case down(AMQPError)
}
