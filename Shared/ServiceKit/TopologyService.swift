public import AMQP
public import Logging
public import ServiceLifecycle

/// Declares the topology when a process starts that only publishes, as soon as the broker lets it; then idles.
public struct TopologyService: Service {
  private let configuration: AMQPConfiguration
  private let logger: Logger

  /// Creates the service.
  public init(configuration: AMQPConfiguration, logger: Logger) {
    self.configuration = configuration
    self.logger = logger
  }

  /// Declares the topology, trying again with a pause of a second until it is there; returns on graceful shutdown.
  /// - Throws: `AMQPError` with `topologyMismatch` where the broker has queues of these names with other properties.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        do {
          try await CommandTopology.topology.declare(on: configuration)
          break
        } catch let error as AMQPError where error.isFatal { throw error } catch {
          logger.warning("topology not declared, to be tried again", metadata: ["error": "\(error)"])
        }
        try? await Task.sleep(for: .seconds(1))
      }
    }
    try? await gracefulShutdown()
  }
}
