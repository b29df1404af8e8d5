/// Where a service answers `/healthz`, `/readyz` and `/metrics`.
public struct HealthSettings: Sendable {
  /// The address to listen on.
  public let host: String
  /// The port; 0 for any that is free, nil for none at all.
  public let port: Int?

  static let host = Setting(
    "HEALTH_HOST", "the address to serve /healthz, /readyz and /metrics on", default: "127.0.0.1")
  static let port = Setting(
    "HEALTH_PORT", "the port for that, 0 for any that is free; absent for none")

  /// Both settings.
  public static let all = [host, port]

  /// Reads them.
  /// - Throws: ``ConfigurationError`` with everything wrong so far, also in settings read before.
  public init(_ settings: inout SettingsReader) throws(ConfigurationError) {
    let host = settings.read(Self.host) { $0 }
    port = settings.readOptional(Self.port, as: Setting.integer(0...65_535))
    self.host = try settings.require(host)
  }
}
