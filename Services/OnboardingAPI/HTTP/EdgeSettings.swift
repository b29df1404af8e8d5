import ServiceKit

/// What the API takes of its clients at most.
struct EdgeSettings: Sendable {
  /// The most connections at once; further ones wait unanswered until one ends.
  var connections = 4_096
  /// The most requests at once.
  var requests = 1_024
  /// How long a request may take to arrive, from its first byte of the body on.
  var requestTimeout = Duration.seconds(30)
  /// How long a connection may be without a request: a TLS handshake, and headers up to their end, take of that time.
  var idleTimeout = Duration.seconds(60)
  /// How many requests a second one API key may make on and on; 0 for any number.
  var keyRate = 1_000
  /// How many requests a second one client address may make on and on; 0 for any number.
  var addressRate = 2_000
  /// How many requests a minute that fail to authenticate one client address may make on and on.
  var failureRate = 300
  /// What rates are counted by, since some beginning; the continuous clock unless told.
  var elapsed: (@Sendable () -> Duration)?

  static let connections = Setting(
    "HTTP_MAX_CONNECTIONS", "the most connections at once, 1 to 100000; further ones wait", default: "4096")
  static let requests = Setting(
    "HTTP_MAX_REQUESTS", "the most requests at once, 1 to 100000; further ones are answered 503", default: "1024")
  static let requestTimeout = Setting(
    "HTTP_REQUEST_TIMEOUT_SECONDS", "how long a request's body may take to arrive, 1 to 300", default: "30")
  static let idleTimeout = Setting(
    "HTTP_IDLE_TIMEOUT_SECONDS",
    "how long a connection may take to its first or next request: TLS handshake and headers, 1 to 3600", default: "60")
  static let keyRate = Setting(
    "RATE_LIMIT_KEY_PER_SECOND", "the requests a second of one API key, 0 for any number, to 1000000; per process",
    default: "1000")
  static let addressRate = Setting(
    "RATE_LIMIT_ADDRESS_PER_SECOND",
    "the requests a second of one client address, 0 for any number, to 1000000; per process", default: "2000")
  static let failureRate = Setting(
    "RATE_LIMIT_FAILURES_PER_MINUTE",
    "the requests a minute of one client address that may fail to authenticate, 1 to 1000000; per process",
    default: "300")

  static let all = [connections, requests, requestTimeout, idleTimeout, keyRate, addressRate, failureRate]

  /// The defaults.
  init() {}

  init(_ settings: inout SettingsReader) throws(ConfigurationError) {
    let connections = settings.read(Self.connections, as: Setting.integer(1...100_000))
    let requests = settings.read(Self.requests, as: Setting.integer(1...100_000))
    let requestTimeout = settings.read(Self.requestTimeout, as: Setting.seconds(1...300))
    let idleTimeout = settings.read(Self.idleTimeout, as: Setting.seconds(1...3_600))
    let keyRate = settings.read(Self.keyRate, as: Setting.integer(0...1_000_000))
    let addressRate = settings.read(Self.addressRate, as: Setting.integer(0...1_000_000))
    let failureRate = settings.read(Self.failureRate, as: Setting.integer(1...1_000_000))
    (
      self.connections, self.requests, self.requestTimeout, self.idleTimeout, self.keyRate, self.addressRate,
      self.failureRate
    ) = try settings.require(connections, requests, requestTimeout, idleTimeout, keyRate, addressRate, failureRate)
  }
}
