public import AMQP
public import Logging
public import ServiceLifecycle

/// Declares the topology, again and again: services that may not declare it wait for it, on a broker that was wiped too.
public struct TopologyService: Service {
  private let configuration: AMQPConfiguration
  private let logger: Logger
  private let interval: Duration

  /// Creates the service.
  /// - Parameters:
  ///   - configuration: where to connect.
  ///   - interval: how often to declare what should be there already; every 30 seconds unless told.
  ///   - logger: told of what couldn't be declared.
  public init(configuration: AMQPConfiguration, interval: Duration = .seconds(30), logger: Logger) {
    self.configuration = configuration
    self.interval = interval
    self.logger = logger
  }

  /// Declares the topology until graceful shutdown, with pauses of a second while the broker can't be reached.
  /// - Throws: `AMQPError` with `topologyMismatch` where the broker has queues of these names with other properties at the
  ///   start; what is changed later is logged.
  public func run() async throws {
    try await cancelWhenGracefulShutdown {
      var isDeclared = false
      while !Task.isCancelled {
        var pause = interval
        do {
          try await CommandTopology.topology.declare(on: configuration)
          isDeclared = true
        } catch let error as AMQPError where error.isFatal && !isDeclared {
          throw error
        } catch let error as AMQPError where error.isFatal {
          logger.error("the topology is not what was declared", metadata: ["error": "\(error)"])
        } catch {
          logger.warning("topology not declared, to be tried again", metadata: ["error": "\(error)"])
          pause = .seconds(1)
        }
        try? await Task.sleep(for: pause)
      }
    }
  }
}
