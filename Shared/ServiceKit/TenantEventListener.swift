public import AMQP
public import Commands
public import Logging
public import ServiceLifecycle

/// Hears the events of every tenant while connected to the broker, one at a time.
///
/// What is broadcast while the link is down is missed: whoever caches must distrust its cache from `down` on.
public struct TenantEventListener: Service {
  private let subscription: AMQPSubscription

  /// Creates a listener; `run()` starts it.
  /// - Parameters:
  ///   - configuration: how to reach the broker.
  ///   - authenticator: checks signatures; an event that isn't authentic is logged by its kind of failure and ignored.
  ///   - logger: told when the link comes and goes.
  ///   - onLinkChange: called when the link comes up, before its first event, and when it's lost; must not block.
  ///   - handler: takes one event at a time, in order.
  public init(
    configuration: AMQPConfiguration, authenticator: CommandAuthenticator, logger: Logger,
    onLinkChange: @escaping @Sendable (AMQPLinkState) -> Void = { _ in },
    handler: @escaping @Sendable (TenantEvent) async -> Void
  ) {
    subscription = AMQPSubscription(
      configuration: configuration, exchange: CommandTopology.events, logger: logger, onLinkChange: onLinkChange
    ) { delivery in
      do throws(CommandError) {
        let event = try authenticator.open(TenantEvent.self, from: SignedCommand(delivery.message))
        await handler(event)
      } catch { logger.error("event refused", metadata: ["error": "\(error)"]) }
    }
  }

  /// Listens until shutdown; call it once.
  /// - Throws: `AMQPError` where `isFatal`.
  public func run() async throws { try await subscription.run() }
}

extension AMQPPublisher {
  /// Broadcasts an event; returns when the broker has it. That nobody listens is no error.
  /// - Throws: `CommandError`; as ``AMQP/AMQPPublisher/publish(_:exchange:routingKey:)``, but for `unroutable`.
  public func broadcast(_ event: TenantEvent, signedBy authenticator: CommandAuthenticator) async throws {
    try await broadcast(authenticator.sign(event))
  }

  /// Broadcasts an event that is signed already.
  public func broadcast(_ event: SignedCommand) async throws {
    do { try await publish(event.message, exchange: CommandTopology.events, routingKey: event.name) } catch let error
      as AMQPError where error.code == .unroutable
    {
      // Every process that should forget something is gone already, and took with it what it remembered.
    }
  }
}
