/// AMQP 0-9-1 on librabbitmq for Swift concurrency: confirmed publishing, consuming and RPC, reconnecting by themselves.
///
/// How to reach a broker, and the limits of what it may send.
public struct AMQPConfiguration: Sendable, CustomStringConvertible {
  let endpoint: Endpoint
  /// The name that the broker's management shows for the connection.
  public let connectionName: String
  /// Silence after which either side probes the other; whole seconds, at least 1. Twice this without a byte is a loss.
  public let heartbeat: Duration
  /// Bounds connecting, the TLS and AMQP handshakes and each synchronous method; the host's name resolution is extra.
  public let connectTimeout: Duration
  /// A PEM file of the authorities to trust for `amqps`; nil trusts the system's store.
  public let caFile: String?
  /// When to connect again after a loss.
  public let backoff: AMQPBackoff
  /// The largest body accepted or sent, in bytes; a larger delivery is rejected (dead-lettered) unread.
  public let maximumBodySize: Int

  /// Creates a configuration.
  /// - Parameters:
  ///   - url: `amqp://user:password@host:port/vhost` or `amqps://…`, percent-encoded per the RabbitMQ URI specification.
  ///     No port means 5672 or 5671, no user means `guest`, no path (and, unlike there, an empty one)
  ///     means the virtual host `/`.
  ///   - connectionName: the name that the broker's management shows.
  ///   - heartbeat: 10 s by default, 1 s … 1 h.
  ///   - connectTimeout: 5 s by default.
  ///   - caFile: a PEM file of authorities; nil (default) means the system's store.
  ///   - backoff: 100 ms … 5 s with full jitter by default.
  ///   - maximumBodySize: 1 MiB by default.
  /// - Throws: `AMQPError` with `invalidConfiguration`, naming the part at fault, never its value.
  public init(
    url: String, connectionName: String, heartbeat: Duration = .seconds(10), connectTimeout: Duration = .seconds(5),
    caFile: String? = nil, backoff: AMQPBackoff = AMQPBackoff(), maximumBodySize: Int = 1 << 20
  ) throws(AMQPError) {
    guard heartbeat >= .seconds(1), heartbeat <= .seconds(3600) else {
      throw AMQPError(.invalidConfiguration, "heartbeat is not within 1 s … 1 h")
    }
    guard connectTimeout > .zero else { throw AMQPError(.invalidConfiguration, "connectTimeout is not positive") }
    guard maximumBodySize > 0 else { throw AMQPError(.invalidConfiguration, "maximumBodySize is not positive") }
    endpoint = try Endpoint(url: url)
    self.connectionName = connectionName
    self.heartbeat = heartbeat
    self.connectTimeout = connectTimeout
    self.caFile = caFile
    self.backoff = backoff
    self.maximumBodySize = maximumBodySize
  }

  /// Scheme, host, port and virtual host; neither user nor password.
  public var description: String { endpoint.description }
}
