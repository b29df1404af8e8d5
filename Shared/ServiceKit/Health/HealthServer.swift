import HTTPTypes
import Hummingbird
public import HummingbirdCore
import JSON
public import Logging
public import Monitoring
import NIOCore
public import ServiceLifecycle

/// Says over HTTP that the process lives (`/healthz`), whether it has what it needs (`/readyz`), and what it counts
/// (`/metrics`), on a port that only the platform reaches.
public struct HealthServer: Service {
  private let settings: HealthSettings
  private let readiness: Readiness
  private let metrics: MetricRegistry
  private let logger: Logger

  /// Creates a server; `run()` listens.
  public init(_ settings: HealthSettings, readiness: Readiness, metrics: MetricRegistry, logger: Logger) {
    self.settings = settings
    self.readiness = readiness
    self.metrics = metrics
    self.logger = logger
  }

  /// Serves until graceful shutdown; where no port is set, merely waits for that.
  /// - Throws: where the port can't be had.
  public func run() async throws {
    guard let port = settings.port else {
      try? await gracefulShutdown()
      return
    }
    let router = Router()
    router.get("healthz") { _, _ in Response(alive: ()) }
    router.get("readyz") { _, _ in Response(readiness: await readiness.report()) }
    router.get("metrics") { _, _ in Response(metrics: await metrics.text()) }
    let application = Application(
      router: router, configuration: .init(address: .hostname(settings.host, port: port)),
      onServerRunning: { channel in
        logger.info("health port open", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
      }, logger: logger)
    try await application.run()
  }
}

extension Response {
  /// An answer to `GET /healthz`: that there is one says it all.
  public init(alive: Void) { self.init(.ok, JSONValue.object(["ok": true])) }

  /// An answer to `GET /readyz`: 503 where something is missing.
  public init(readiness report: ReadinessReport) { self.init(report.isReady ? .ok : .serviceUnavailable, report.json) }

  /// An answer to `GET /metrics`.
  public init(metrics: String) {
    self.init(
      status: .ok, headers: [.contentType: MetricFamily.mediaType], body: .init(byteBuffer: ByteBuffer(string: metrics))
    )
  }

  private init(_ status: HTTPResponse.Status, _ json: JSONValue) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: .init(byteBuffer: ByteBuffer(string: json.canonicalText)))
  }
}
