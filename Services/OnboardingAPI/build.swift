import AMQP
import CloudKMS
import Commands
import FoundationEssentials
import HTTPClient
import Hummingbird
import HummingbirdCore
import JSON
import Logging
import MasterKeys
import Monitoring
import NIOCore
import Postgres
import Repository
import ServiceKit
import ServiceLifecycle
import Transit

/// Puts the API together; `run()` on the result serves until the process is told to stop.
func buildAPI(_ configuration: APIConfiguration) async throws -> APIService {
  let logger = Logger(label: "onboarding-api")
  let common = configuration.common
  let metrics = MetricRegistry()
  let cloud = configuration.platform.makeHTTPClient()
  let issuer = configuration.identity.makeHTTPClient()
  let pool = PostgresPool(
    configuration: configuration.database.configuration, size: configuration.database.connections, logger: logger)
  let keys = KeyStore(pool: pool)
  let clouds = configuration.platform.makeClouds(client: cloud, metrics: metrics)
  let unwrapper = KeyUnwrapper(
    global: configuration.masterKey, platform: OperatorKeyUnwrapper(clouds: clouds, metrics: metrics, logger: logger),
    customer: CustomerKeyUnwrapper(clouds: clouds))
  let holder = KeyHolder(
    service: "onboarding-api", versions: keys, registry: KeyHolderStore(pool: pool), logger: logger)
  let uses = KeyUses(registry: KeyUseStore(pool: pool), metrics: metrics, logger: logger)
  let masterKeys = MasterKeys(versions: holder, uses: uses, unwrap: unwrapper.unwrap)
  let transitKeyStore = TransitKeyStore(pool: pool)
  let keyring = TransitKeyring(source: transitKeyStore, masterKeys: masterKeys)
  let denials = DenialRecorder(
    masterKeys: masterKeys, grants: GrantStore(pool: pool), actorID: "onboarding-api", logger: logger)
  let hub = EventHub()
  let apiKeyStore = APIKeyStore(pool: pool)
  let apiKeys = APIKeyVerifier(load: apiKeyStore.verify, noteUse: apiKeyStore.noteUse, logger: logger)
  let events = TenantEventListener(
    configuration: common.amqp, authenticator: common.authenticator, logger: logger,
    onLinkChange: { state in
      masterKeys.linkChanged(isUp: state == .up)
      keyring.linkChanged(isUp: state == .up)
      // Whoever watches may have missed something while the link was down.
      if state == .up { hub.wakeAll() }
    },
    handler: { event in
      masterKeys.hear(event)
      keyring.hear(event)
      if event.kind == .apiKeyRevoked { apiKeys.forgetKeys(of: event.tenantID) }
      holder.acknowledge(event)
      hub.wake(event.tenantID)
    })
  let rpc = AMQPRPCClient(
    configuration: common.amqp, replyExchange: CommandTopology.replies, logger: logger)
  let publisher = AMQPPublisher(configuration: common.amqp, logger: logger)
  let outbox = Outbox(pool: pool)
  metrics.register { try await outbox.backlog().metrics }
  metrics.register { masterKeys.metrics }
  metrics.register { try ProcessFigures.read().metrics }
  let readiness = Readiness([
    .init("database") { try await SchemaVersion(of: pool).demandCurrent() },
    .init("broker") { try publisher.checkConnection() },
  ])
  let relay = OutboxRelay(
    outbox: outbox,
    listener: PostgresListener(
      configuration: configuration.database.configuration, channels: [Outbox.notificationChannel], logger: logger),
    publisher: publisher, authenticator: common.authenticator, logger: logger)
  let tokens = AdminTokenVerifier(
    keys: try await configuration.identity.makeKeySource(client: issuer), issuer: configuration.identity.issuer,
    audience: configuration.identity.audience, now: { Date() })

  let hasher = PasswordHasher()
  let router = buildRouter(
    metrics: metrics, readiness: configuration.health.port == nil ? readiness : nil, tokens: tokens, apiKeys: apiKeys,
    stepUp: await StepUpAuthority(key: configuration.stepUpKey), pool: pool, masterKeys: masterKeys,
    transitKeys: TransitKeys(store: transitKeyStore, keyring: keyring, masterKeys: masterKeys, uses: uses), hub: hub,
    generation: KeyGeneration(
      verification: KeyVerification(
        rpc: rpc, authenticator: common.authenticator, timeout: configuration.verifyTimeout,
        platformKey: configuration.operatorKey),
      platform: PlatformWrapping(
        global: configuration.masterKey, operatorKey: configuration.operatorKey, clouds: clouds)),
    signIn: await configuration.identity.makeTokenIssuer().map {
      SignIn(pool: pool, hasher: hasher, issuer: $0, proxies: configuration.proxies)
    }, authenticators: Authenticators(pool: pool, hasher: hasher, masterKey: configuration.masterKey),
    platform: PlatformIdentity(
      aws: AWSPlatform(configuration.platform.makeEnvironment(of: .aws, client: cloud, metrics: metrics)),
      region: configuration.platform.awsRegion,
      gcp: GCPPlatform(configuration.platform.makeEnvironment(of: .gcp, client: cloud, metrics: metrics)),
      azure: AzurePlatform(configuration.platform.makeEnvironment(of: .azure, client: cloud, metrics: metrics))),
    idempotency: IdempotencyVault(key: configuration.idempotencyKey), proxies: configuration.proxies,
    edge: configuration.edge, isSecure: configuration.tls != nil)
  let application = Application(
    router: router, server: try .http1(configuration.edge, tls: configuration.tls),
    configuration: .init(
      address: .hostname(configuration.host, port: configuration.port),
      availableConnectionsDelegate: MaximumAvailableConnections(configuration.edge.connections, logger: logger)),
    onServerRunning: { channel in
      logger.info("listening", metadata: ["port": "\(channel.localAddress?.port ?? 0)"])
    }, logger: logger)
  let deadLetters = DeadLetterWatch(
    DeadLetters(configuration: common.amqp, authenticator: common.authenticator), metrics: metrics, logger: logger)
  let health = HealthServer(configuration.health, readiness: readiness, metrics: metrics, logger: logger)
  let topology = TopologyService(configuration: common.amqp, logger: logger)
  // The hub ends its streams first: the application waits for every answer to be complete.
  return APIService(
    services: [
      cloud, issuer, pool, SchemaGate(pool: pool, logger: logger), health, apiKeys, holder, masterKeys, keyring,
      denials, events, topology, rpc, publisher, relay, deadLetters,
      IdempotencySweep(store: IdempotencyStore(pool: pool), logger: logger), application, hub,
    ], logger: logger)
}

/// The table of routes.
/// - Parameters:
///   - readiness: nil where it, and the metrics, are asked for on another port.
///   - signIn: nil where people sign in elsewhere.
///   - proxies: how many stand before us.
///   - isSecure: whether clients reach us over TLS of ours.
func buildRouter(
  metrics: MetricRegistry, readiness: Readiness?, tokens: AdminTokenVerifier, apiKeys: APIKeyVerifier,
  stepUp: StepUpAuthority, pool: PostgresPool, masterKeys: MasterKeys, transitKeys: TransitKeys, hub: EventHub,
  generation: KeyGeneration, signIn: SignIn?, authenticators: Authenticators, platform: PlatformIdentity,
  idempotency: IdempotencyVault, proxies: Int = 0, edge: EdgeSettings = EdgeSettings(),
  isSecure: Bool = false
) -> Router<APIContext> {
  let router = Router(context: APIContext.self)
  router.add(middleware: RequestMiddleware(metrics: metrics, isSecure: isSecure))
  router.add(middleware: MethodMiddleware())
  router.add(middleware: OriginMiddleware(proxies: proxies))
  router.get("healthz") { _, _ in Response(alive: ()) }
  router.get("openapi.json") { _, _ in try OpenAPIDocument.ours.get().response }
  if let readiness {
    router.get("readyz") { _, _ in Response(readiness: await readiness.report()) }
    router.get("metrics") { _, _ in Response(metrics: await metrics.text()) }
  }
  // What watches this service is not kept out of it.
  router.add(middleware: AdmissionLimit(edge.requests))
  router.add(middleware: AddressLimits(edge, proxies: proxies))

  let users = UserStore(pool: pool)
  if let signIn {
    router.post("admin/auth/login", use: LoginRoute(signIn: signIn).respond)
    PageRoutes(
      templates: PageTemplates(), signIn: signIn, tokens: tokens, users: users, tenants: TenantStore(pool: pool),
      keys: KeyStore(pool: pool), rewraps: RewrapStore(pool: pool), chain: AuditChain(pool: pool),
      secrets: SecretStore(pool: pool), transitKeys: transitKeys.store, agents: AgentStore(pool: pool),
      apiKeys: APIKeyStore(pool: pool), platform: platform
    ).add(to: router)
  }
  let authenticated = router.group("admin").add(middleware: AdminAuthentication(tokens: tokens, users: users))
    .group(context: AdminContext.self)
  let admin = AdminRouter(group: authenticated, stepUp: stepUp)
  let codes = AuthenticatorRoutes(authenticators: authenticators, stepUp: stepUp)
  admin.on(.logout, use: LogoutRoute(users: users).respond)
  admin.on(.enrolAuthenticator, use: codes.begin)
  admin.on(.confirmAuthenticator, use: codes.confirm)
  admin.on(.stepUp, use: codes.stepUp)

  let apiKeyRoutes = APIKeyRoutes(keys: APIKeyStore(pool: pool), verifier: apiKeys)
  admin.on(.apiKeys, use: apiKeyRoutes.list)
  admin.on(.createAPIKey, use: apiKeyRoutes.create)
  admin.on(.revokeAPIKey, use: apiKeyRoutes.revoke)

  let keys = KeyStore(pool: pool)
  admin.on(.onboard, use: OnboardRoute(keys: keys, generation: generation).respond)
  admin.on(.configuration, use: ConfigurationRoute(keys: keys).respond)
  admin.on(.remove, use: RemoveRoute(keys: keys, generation: generation).respond)
  admin.on(.verify, use: VerifyRoute(keys: keys, verification: generation.verification).respond)
  admin.on(.rotate, use: RotateRoute(keys: keys, generation: generation).respond)
  admin.on(
    .revoke,
    use: RevokeRoute(
      keys: keys, generation: generation, masterKeys: masterKeys, keyring: transitKeys.keyring,
      watch: EvictionWatch(holders: KeyHolderStore(pool: pool))
    ).respond)
  admin.on(.unseal, use: UnsealRoute(keys: keys, grants: GrantStore(pool: pool), masterKeys: masterKeys).respond)
  admin.on(.platform, use: PlatformRoute(platform: platform).respond)

  let rewrapStore = RewrapStore(pool: pool)
  let rewraps = RewrapRoutes(rewraps: rewrapStore)
  let limit = RewrapLimitRoute(rewraps: rewrapStore)
  let chain = AuditChain(pool: pool)
  admin.on(
    .events,
    use: EventRoute(hub: hub, rewraps: rewrapStore, keys: keys, chain: chain, users: users, now: { Date() }).respond)
  admin.on(.rewraps, use: rewraps.list)
  admin.on(.rewrapLimit, use: limit.show)
  admin.on(.setRewrapLimit, use: limit.set)
  admin.on(.rewrap, use: rewraps.show)
  admin.on(.pauseRewrap, use: rewraps.pause)
  admin.on(.resumeRewrap, use: rewraps.resume)
  admin.on(.retryRewrap, use: rewraps.retryFailed)

  let audit = AuditRoutes(chain: chain)
  admin.on(.auditChain, use: audit.list)
  admin.on(.verifyAuditChain, use: audit.verify)

  let secrets = SecretRoutes(secrets: SecretStore(pool: pool), masterKeys: masterKeys)
  admin.on(.secrets, use: secrets.list)
  admin.on(.createSecret, use: secrets.create)
  admin.on(.secret, use: secrets.show)
  admin.on(.changeSecret, use: secrets.change)
  admin.on(.setSecretValue, use: secrets.setValue)
  admin.on(.deleteSecret, use: secrets.delete)
  admin.on(.reveal, use: RevealRoute(secrets: secrets.secrets, masterKeys: masterKeys).respond)
  let tenant = TenantRouter(
    group: router.group("v1").add(middleware: APIKeyAuthentication(keys: apiKeys, limiter: edge.keyLimiter))
      .group(context: TenantContext.self)
      .add(middleware: IdempotencyMiddleware(store: IdempotencyStore(pool: pool), vault: idempotency)))
  tenant.on(.createSecret, use: secrets.create)
  tenant.on(.secrets, use: secrets.list)
  tenant.on(.secret, use: secrets.show)
  tenant.on(.changeSecret, use: secrets.change)
  tenant.on(.setSecretValue, use: secrets.setValue)
  tenant.on(.deleteSecret, use: secrets.delete)

  let records = AuditLogRoutes(log: AuditLog(pool: pool))
  tenant.on(.auditLogs, use: records.list)
  tenant.on(.auditEvents, use: records.events)

  let transit = TransitKeyRoutes(keys: transitKeys)
  admin.on(.transitKeys, use: transit.list)
  admin.on(.createTransitKey, use: transit.create)
  admin.on(.transitKey, use: transit.show)
  admin.on(.changeTransitKey, use: transit.change)
  admin.on(.rotateTransitKey, use: transit.rotate)
  admin.on(.destroyTransitKeyVersion, use: transit.destroy)
  tenant.on(.createTransitKey, use: transit.create)
  tenant.on(.transitKeys, use: transit.list)
  tenant.on(.transitKey, use: transit.show)
  tenant.on(.changeTransitKey, use: transit.change)
  tenant.on(.rotateTransitKey, use: transit.rotate)
  tenant.on(.encrypt, use: transit.encrypt)
  tenant.on(.decrypt, use: transit.decrypt)
  tenant.on(.rewrapCiphertext, use: transit.rewrap)
  tenant.on(.destroyTransitKeyVersion, use: transit.destroy)

  let agents = AgentStore(pool: pool)
  let agentRoutes = AgentRoutes(agents: agents)
  admin.on(.agents, use: agentRoutes.list)
  admin.on(.createAgent, use: agentRoutes.create)
  admin.on(.revokeAgent, use: agentRoutes.revoke)
  tenant.on(.createAgent, use: agentRoutes.create)
  tenant.on(.agents, use: agentRoutes.list)
  tenant.on(.revokeAgent, use: agentRoutes.revoke)
  router.post("agent/v1/session", use: SessionRoute(agents: agents, masterKeys: masterKeys).respond)
  return router
}

/// The API's long-lived parts, in the order in which they start.
struct APIService {
  let services: [any Service]
  let logger: Logger

  func run() async throws { try await ServiceProcess.run(services, logger: logger) }
}
