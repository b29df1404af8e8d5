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

/// Puts a worker together; `run()` on the result serves until the process is told to stop.
func buildWorker(_ configuration: WorkerConfiguration) -> WorkerService {
  let logger = Logger(label: "rewrap-worker")
  let common = configuration.common
  let metrics = MetricRegistry()
  let client = configuration.platform.makeHTTPClient()
  let pool = PostgresPool(
    configuration: configuration.database.configuration, size: configuration.database.connections, logger: logger)
  let clouds = configuration.platform.makeClouds(client: client, metrics: metrics)
  let unwrapper = KeyUnwrapper(
    global: configuration.masterKey, platform: OperatorKeyUnwrapper(clouds: clouds, metrics: metrics, logger: logger),
    customer: CustomerKeyUnwrapper(clouds: clouds))
  let holder = KeyHolder(
    service: "rewrap-worker", versions: KeyStore(pool: pool), registry: KeyHolderStore(pool: pool), logger: logger)
  let uses = KeyUses(registry: KeyUseStore(pool: pool), metrics: metrics, logger: logger)
  let masterKeys = MasterKeys(versions: holder, uses: uses, unwrap: unwrapper.unwrap)
  let denials = DenialRecorder(
    masterKeys: masterKeys, grants: GrantStore(pool: pool), actorID: "rewrap-worker", logger: logger)
  let events = TenantEventListener(
    configuration: common.amqp, authenticator: common.authenticator, logger: logger,
    onLinkChange: { masterKeys.linkChanged(isUp: $0 == .up) }
  ) { event in
    masterKeys.hear(event)
    holder.acknowledge(event)
  }
  let publisher = AMQPPublisher(configuration: common.amqp, logger: logger)
  let continuation = Continuation(publisher: publisher, authenticator: common.authenticator)
  let store = RewrapStore(pool: pool)
  metrics.register { masterKeys.metrics }
  metrics.register { try ProcessFigures.read().metrics }

  let start = StartRewrapHandler(store: store, pace: configuration.pace, continuation: continuation, logger: logger)
  let delayed = DelayedBatches(logger: logger, publish: continuation.publish)
  let progress = ProgressBroadcast(logger: logger) {
    try await publisher.broadcast($0, signedBy: common.authenticator)
  }
  let batch = RewrapBatchHandler(
    store: store, pace: configuration.pace, rewrapper: Rewrapper(masterKeys: masterKeys), continuation: continuation,
    gate: RewrapGate(store: store), delayed: delayed, progress: progress, metrics: metrics, logger: logger)
  let starts = AMQPConsumer(
    configuration: common.amqp, queue: StartRewrap.name, prefetch: 1, logger: logger,
    handler: CommandHandler(
      authenticator: common.authenticator, metrics: metrics, logger: logger,
      deadLetter: { try await publisher.deadLetter($0, of: StartRewrap.name, reason: $1) }, body: start.handle
    ).handle)
  let batches = AMQPConsumer(
    configuration: common.amqp, queue: RewrapBatch.name, prefetch: configuration.pace.concurrency,
    logger: logger,
    handler: CommandHandler(
      authenticator: common.authenticator, metrics: metrics, logger: logger,
      deadLetter: { try await publisher.deadLetter($0, of: RewrapBatch.name, reason: $1) }, body: batch.handle
    ).handle)
  let stalled = StalledJobs(
    interval: configuration.stallInterval, store: store, continuation: continuation, logger: logger)
  let readiness = Readiness([
    .init("database") { try await SchemaVersion(of: pool).demandCurrent() },
    .init("broker") { try publisher.checkConnection() },
  ])
  let health = HealthServer(configuration.health, readiness: readiness, metrics: metrics, logger: logger)
  return WorkerService(
    services: [
      client, pool, SchemaGate(pool: pool, logger: logger), health, holder, masterKeys, denials, events, publisher,
      delayed, starts, batches, stalled,
    ],
    logger: logger)
}

/// The worker's long-lived parts, in the order in which they start.
struct WorkerService {
  let services: [any Service]
  let logger: Logger

  func run() async throws { try await ServiceProcess.run(services, logger: logger) }
}
