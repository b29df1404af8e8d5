import CRabbitMQ
import Glibc

/// One librabbitmq connection with one channel: blocking, confined to the queue of the loop that opened it.
///
/// librabbitmq isn't thread-safe, so neither is this, and it isn't `Sendable`. Whatever it hands out is copied from the
/// library's memory. After any error it must be dropped; `deinit` closes the socket.
@safe
final class Link {
  let state: amqp_connection_state_t
  let channel: amqp_channel_t = 1
  let pool: UnsafeMutablePointer<amqp_pool_t>
  let maximumBodySize: Int
  var assembly: ContentAssembly

  /// Connects, logs in and opens a channel; blocks for at most three times the configured timeout, and name resolution.
  init(_ configuration: AMQPConfiguration) throws(AMQPError) {
    guard let state = unsafe amqp_new_connection() else { throw AMQPError(.protocolFailure, "out of memory") }
    unsafe self.state = state
    unsafe pool = .allocate(capacity: 1)
    unsafe init_amqp_pool(pool, 4096)
    maximumBodySize = configuration.maximumBodySize
    assembly = ContentAssembly(maximumBodySize: configuration.maximumBodySize)
    var timeout = timeval(configuration.connectTimeout)
    try openSocket(configuration, timeout: timeout)
    try unsafe Self.check(amqp_set_handshake_timeout(state, &timeout), "handshake timeout")
    try unsafe Self.check(amqp_set_rpc_timeout(state, &timeout), "method timeout")
    try logIn(configuration)
    unsafe amqp_channel_open(state, channel)
    try checkReply("open a channel")
  }

  deinit {
    unsafe amqp_destroy_connection(state)
    unsafe empty_amqp_pool(pool)
    unsafe pool.deallocate()
  }

  /// The socket, to poll for input.
  var descriptor: CInt { unsafe amqp_get_sockfd(state) }

  /// The heartbeat interval agreed with the broker, which may have asked for a shorter one.
  var heartbeat: Duration { unsafe .seconds(amqp_get_heartbeat(state)) }

  /// Whether input waits in memory, where polling the socket can't see it.
  var hasBufferedInput: Bool { unsafe amqp_frames_enqueued(state) != 0 || amqp_data_in_buffer(state) != 0 }

  /// Says goodbye; blocks until the broker answers or the method timeout has passed.
  ///
  /// The broker handles what was sent before first. Its answer changes nothing: the socket is closed either way.
  func close() {
    _ = unsafe amqp_connection_close(state, AMQP_REPLY_SUCCESS)
  }
}

extension Link {
  private func openSocket(_ configuration: AMQPConfiguration, timeout: timeval) throws(AMQPError) {
    let endpoint = configuration.endpoint
    guard let socket = unsafe endpoint.isTLS ? amqp_ssl_socket_new(state) : amqp_tcp_socket_new(state) else {
      throw AMQPError(.protocolFailure, "out of memory")
    }
    if endpoint.isTLS {
      unsafe amqp_ssl_socket_set_verify_peer(socket, 1)
      unsafe amqp_ssl_socket_set_verify_hostname(socket, 1)
      try unsafe Self.check(amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST), "TLS versions")
      if let caFile = configuration.caFile {
        guard unsafe amqp_ssl_socket_set_cacert(socket, caFile) == AMQP_STATUS_OK.rawValue else {
          throw AMQPError(.untrustedBroker, "the CA file can't be read")
        }
      } else if unsafe crabbitmq_trust_system_store(socket) != 1 {
        throw AMQPError(.untrustedBroker, "the system's certificate store can't be read")
      }
    }
    var timeout = timeout
    try unsafe Self.check(
      amqp_socket_open_noblock(socket, endpoint.host, CInt(endpoint.port), &timeout), "connect to \(endpoint)")
  }

  private func logIn(_ configuration: AMQPConfiguration) throws(AMQPError) {
    let endpoint = configuration.endpoint
    // Without these capabilities the broker would leave a consumer of a deleted queue waiting forever, and would stop
    // reading from a publisher without a word.
    let capabilities: [String: AMQPHeaderValue] = [
      "consumer_cancel_notify": true, "connection.blocked": true, "publisher_confirms": true, "basic.nack": true,
    ]
    var properties = unsafe table([
      "product": "tenant-kms", "connection_name": .string(configuration.connectionName),
      "capabilities": .table(capabilities),
    ])
    let reply = unsafe crabbitmq_login_plain(
      state, endpoint.virtualHost, 1, AMQP_DEFAULT_FRAME_SIZE, CInt(configuration.heartbeat.components.seconds),
      &properties, endpoint.user, endpoint.password)
    unsafe recycle_amqp_pool(pool)
    do {
      try unsafe Self.check(reply, "log in to \(endpoint)")
    } catch  where error.reply?.code == 403 || error.reply?.code == 530 {
      throw AMQPError(.accessRefused, error.reason, reply: error.reply)
    }
  }
}

extension timeval {
  init(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
  }
}
