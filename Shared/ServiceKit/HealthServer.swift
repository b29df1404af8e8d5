import HTTPTypes
import Hummingbird
public import HummingbirdCore
public import Logging
public import Monitoring
import NIOCore
public import ServiceLifecycle

/// Says over HTTP that the process lives (`/healthz`), and what it counts (`/metrics`): for services that serve nothing
/// else, on a port that only the platform reaches.
public struct HealthServer: Service {
  private let settings: HealthSettings
  private let metrics: MetricRegistry
  private let logger: Logger

  /// Creates a server; `run()` listens.
  public init(_ settings: HealthSettings, metrics: MetricRegistry, logger: Logger) {
    self.settings = settings
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
    router.get("healthz") { _, _ in ByteBuffer(string: #"{"ok":true}"#) }
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
  /// An answer to `GET /metrics`.
  public init(metrics: String) {
    self.init(
      status: .ok, headers: [.contentType: MetricFamily.mediaType], body: .init(byteBuffer: ByteBuffer(string: metrics))
    )
  }
}
