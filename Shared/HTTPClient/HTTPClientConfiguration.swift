/// What an HTTP client may do and how long it may take.
///
/// TLS certificates and host names are always verified, TLS 1.2 is the oldest version spoken, redirects are answers like
/// any other, and neither proxies nor credentials are taken from the environment: none of that can be configured.
public struct HTTPClientConfiguration: Sendable, Equatable {
  /// How long resolving, connecting and the TLS handshake may take together. Default: 5 s.
  public var connectTimeout: Duration = .seconds(5)

  /// How long a request may take from its start to the answer's last byte. Default: 10 s.
  public var totalTimeout: Duration = .seconds(10)

  /// The largest body accepted, in bytes; a larger one ends the transfer. Default: 1 MiB.
  public var maximumResponseBytes = 1 << 20

  /// The largest header section accepted, in bytes. Default: 64 KiB.
  public var maximumHeaderBytes = 64 << 10

  /// The most connections open at once; further requests wait, and their waiting counts as their time. Default: 64.
  public var maximumConnections = 64

  /// A PEM file of the certification authorities to trust instead of the system's. Default: the system's.
  public var certificateAuthorities: String?

  /// Whether `http://` URLs are allowed, as stand-ins on the loopback interface need. Default: no.
  public var allowsPlaintext = false

  /// The hosts, as `HOST` or `HOST:PORT`, to which `http://` is allowed in any case: a cloud's metadata server speaks
  /// nothing else. Default: none.
  public var plaintextHosts: [String] = []

  /// Where to connect instead, as `HOST:PORT:CONNECT-TO-HOST:CONNECT-TO-PORT`; the URL, the `Host` field and the
  /// certificate's check keep the original name (CURLOPT_CONNECT_TO). Default: nowhere else.
  public var connectTo: [String] = []

  /// Creates the default configuration.
  public init() {}
}
