import AMQP
import CloudKMS
import Commands
import HTTPClient
import Logging
import MasterKeys
import Monitoring
import Postgres
import Repository
import ServiceKit
import ServiceLifecycle

/// Puts the verifier together; `run()` on the result serves until the process is told to stop.
func buildVerifier(_ configuration: VerifierConfiguration) -> VerifierService {
  let logger = Logger(label: "verifier")
  let common = configuration.common
  let client = configuration.platform.makeHTTPClient()
  let metrics = MetricRegistry()
  let publisher = AMQPPublisher(configuration: common.amqp, logger: logger)
  let handler = VerifyKeyHandler(
    verifier: KeyVerifier(
      clouds: configuration.platform.makeClouds(client: client, metrics: metrics), policy: configuration.policy),
    authenticator: common.authenticator, publisher: publisher, logger: logger)
  let commands = CommandHandler<VerifyKey>(
    authenticator: common.authenticator, metrics: metrics, logger: logger,
    deadLetter: { try await publisher.deadLetter($0, of: VerifyKey.name, reason: $1) }, body: handler.handle)
  let consumer = AMQPConsumer(
    configuration: common.amqp, queue: VerifyKey.name, prefetch: configuration.concurrency,
    logger: logger, handler: commands.handle)
  let pool = PostgresPool(
    configuration: configuration.database.configuration, size: configuration.database.connections, logger: logger)
  let grants = GrantStore(pool: pool)
  metrics.register { try await grants.census().metrics }
  metrics.register { try ProcessFigures.read().metrics }
  let readiness = Readiness([
    .init("database") { try await SchemaVersion(of: pool).demandCurrent() },
    .init("broker") { try publisher.checkConnection() },
  ])
  let health = HealthServer(configuration.health, readiness: readiness, metrics: metrics, logger: logger)
  // A client of their own: a cloud that hangs keeps checks waiting, not onboardings.
  let checks = configuration.platform.makeHTTPClient(maximumConnections: configuration.checkConcurrency)
  let checker = GrantChecker(
    grants: grants,
    unwrap: CustomerKeyUnwrapper(clouds: configuration.platform.makeClouds(client: checks, metrics: metrics)).unwrap,
    pace: configuration.pace, concurrency: configuration.checkConcurrency, lease: configuration.checkLease,
    logger: logger)
  return VerifierService(
    services: [
      client, checks, pool, SchemaGate(pool: pool, logger: logger), health, publisher, consumer, checker,
    ], logger: logger)
}

extension VerifierConfiguration {
  /// Two tries of at most three calls each, the pause between them, and time to record what they found.
  var checkLease: Duration { platform.totalTimeout * 6 + CustomerKeyUnwrapper.confirmation + .seconds(10) }
}

/// The verifier's long-lived parts, in the order in which they start.
struct VerifierService {
  let services: [any Service]
  let logger: Logger

  func run() async throws { try await ServiceProcess.run(services, logger: logger) }
}
