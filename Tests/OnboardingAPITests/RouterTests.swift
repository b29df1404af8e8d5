import AMQP
import CloudKMS
import Commands
import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Logging
import MasterKeys
import Monitoring
import NIOCore
import NIOEmbedded
import Postgres
import Repository
import ServiceKit
import Testing
import Transit

@testable import onboarding_api

/// What the routes answer while neither database nor broker can be reached: what is refused before either is asked.
@Suite struct RouterTests {
  static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  let key = Data(repeating: 7, count: 32)

  @Test func `the service says that it lives`() async throws {
    let answer = try await send(.get, "/healthz")
    #expect(answer.status == .ok)
    #expect(answer.json == ["ok": true])
  }

  @Test func `the service names what it lacks`() async throws {
    let answer = try await send(.get, "/readyz")
    #expect(answer.status == .serviceUnavailable)
    #expect(answer.json["ready"] == false)
    #expect(answer.json["dependencies"]?["broker"] == ["ok": false, "reason": "no broker"])
  }

  @Test func `the metrics are Prometheus' text`() async throws {
    let answer = try await send(.get, "/metrics")
    #expect(answer.status == .ok)
    #expect(answer.headers[.contentType] == "text/plain; version=0.0.4; charset=utf-8")
    #expect(answer.text.hasPrefix("# HELP answer The answer.\n# TYPE answer gauge\nanswer 42\n"))
  }

  @Test(arguments: ["/nothing", "/admin", "/v1", "/v1/secrets/x/y", "/admin/tenant-kms/nothing"])
  func `an unknown route is not found, in our form`(path: String) async throws {
    let answer = try await send(.get, path, token: try await token("owner"))
    #expect(answer.status == .notFound)
    #expect(answer.json["error"]?["type"] == "not_found")
  }

  @Test(
    arguments: [
      (.get, "/admin/tenant-kms"), (.post, "/admin/tenant-kms"), (.get, "/admin/tenant-kms/rewrap"),
      (.post, "/admin/tenant-kms/rewrap/0190a1b2-0000-7000-8000-000000000001/pause"),
      (.post, "/admin/tenant-kms/rewrap/0190a1b2-0000-7000-8000-000000000001/resume"),
      (.post, "/admin/tenant-kms/rewrap/0190a1b2-0000-7000-8000-000000000001/retry-failed"),
      (.get, "/admin/tenant-kms/rewrap/limit"), (.put, "/admin/tenant-kms/rewrap/limit"),
      (.get, "/admin/tenant-kms/events"),
      (.post, "/admin/auth/logout"), (.post, "/admin/auth/step-up"), (.post, "/admin/auth/totp"),
      (.post, "/admin/auth/totp/confirm"), (.get, "/admin/audit/chain"), (.get, "/admin/audit/chain/verify"),
      (.get, "/v1/agents"), (.post, "/v1/agents"), (.delete, "/v1/agents/0190a1b2-0000-7000-8000-000000000001"),
      (.delete, "/admin/tenant-kms"), (.post, "/admin/tenant-kms/rotate"), (.post, "/admin/tenant-kms/verify"),
      (.post, "/admin/tenant-kms/versions/1/revoke"),
      (.post, "/admin/secrets/0190a1b2-0000-7000-8000-000000000001/reveal"),
      (.get, "/admin/secrets"), (.post, "/admin/secrets"),
      (.get, "/admin/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.patch, "/admin/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.put, "/admin/secrets/0190a1b2-0000-7000-8000-000000000001/value"),
      (.delete, "/admin/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.get, "/admin/transit-keys"), (.post, "/admin/transit-keys"), (.get, "/admin/transit-keys/k"),
      (.patch, "/admin/transit-keys/k"), (.post, "/admin/transit-keys/k/rotate"),
      (.delete, "/admin/transit-keys/k/versions/1"),
      (.get, "/admin/agents"), (.post, "/admin/agents"),
      (.delete, "/admin/agents/0190a1b2-0000-7000-8000-000000000001"),
      (.get, "/admin/api-keys"), (.post, "/admin/api-keys"), (.delete, "/admin/api-keys/0123456789abcdef"),
      (.get, "/v1/audit-logs"), (.get, "/v1/audit-logs/events"),
      (.get, "/v1/secrets"), (.post, "/v1/secrets"), (.get, "/v1/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.put, "/v1/secrets/0190a1b2-0000-7000-8000-000000000001/value"),
      (.delete, "/v1/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.patch, "/v1/secrets/0190a1b2-0000-7000-8000-000000000001"),
      (.get, "/v1/crypto/keys"), (.post, "/v1/crypto/keys"), (.get, "/v1/crypto/keys/k"),
      (.patch, "/v1/crypto/keys/k"), (.post, "/v1/crypto/keys/k/rotate"), (.post, "/v1/crypto/keys/k/encrypt"),
      (.post, "/v1/crypto/keys/k/decrypt"), (.post, "/v1/crypto/keys/k/rewrap"),
      (.delete, "/v1/crypto/keys/k/versions/1"),
    ] as [(HTTPRequest.Method, String)])
  func `every route of a tenant wants a credential of the right kind`(method: HTTPRequest.Method, path: String)
    async throws
  {
    let wrong = path.hasPrefix("/v1") ? try await token("owner") : APIKey.generate().exposed()
    for token in [nil, "", "x", wrong] {
      let answer = try await send(method, path, token: token)
      #expect(answer.status == .unauthorized)
      #expect(answer.json["error"]?["type"] == "authentication_error")
    }
  }

  @Test(arguments: ["pause", "resume", "retry-failed"])
  func `what is no lease id names no job`(action: String) async throws {
    let answer = try await send(
      .post, "/admin/tenant-kms/rewrap/1;drop/\(action)", token: try await token("owner"))
    #expect(answer.status == .notFound)
  }

  @Test func `static credentials are refused before anybody is asked`() async throws {
    let answer = try await onboard(config: ["aws_secret_access_key": "hunter2"])
    #expect(answer.status == .badRequest)
    #expect(answer.json["error"]?["type"] == "static_credentials_rejected")
    #expect(answer.json["error"]?["path"] == "config.aws_secret_access_key")
    #expect(!answer.json.canonicalText.contains("hunter2"))
  }

  @Test func `a body that doesn't fit is told what is wrong with it`() async throws {
    let answer = try await onboard(config: ["region": "eu-west-1", "colour": "red"])
    #expect(answer.status == .badRequest)
    #expect(answer.json["error"]?["type"] == "invalid_request")
    #expect(answer.json["error"]?["fields"]?["config.colour"] != nil)
  }

  @Test func `a body of more than 64 KiB is refused`() async throws {
    let body = "[" + String(repeating: " ", count: 64 << 10) + "]"
    let answer = try await send(.post, "/admin/tenant-kms", token: try await token("owner"), body: body)
    #expect(answer.status == .contentTooLarge)
  }

  @Test func `a session is refused before the database is asked where the request can't be anybody's`() async throws {
    var body = SessionBodyTests.valid
    body["timestamp"] = "2020-01-01T00:00:00Z"
    let skewed = try await send(.post, "/agent/v1/session", body: JSONValue.object(body).canonicalText)
    #expect(skewed.status == .badRequest)
    #expect(skewed.json["error"]?["fields"]?["timestamp"] != nil)
    body["timestamp"] = .timestamp(Date())
    body["agent_secret"] = "hunter2"
    let malformed = try await send(.post, "/agent/v1/session", body: JSONValue.object(body).canonicalText)
    #expect(malformed.status == .unauthorized)
    #expect(malformed.json["error"]?["type"] == "authentication_error")
    let large = try await send(
      .post, "/agent/v1/session", body: "[" + String(repeating: " ", count: SessionBody.limit) + "]")
    #expect(large.status == .contentTooLarge)
    #expect(try await send(.post, "/agent/v1/session", body: "no JSON").status == .badRequest)
    #expect(try await send(.get, "/agent/v1/session").status == .methodNotAllowed)
  }

  @Test(arguments: ["", "{", "[]", "{}", #"{"email":"ada@example.com"}"#, #"{"email":"ada@example.com","password":1}"#])
  func `a sign-in that doesn't fit is refused before anything is counted`(body: String) async throws {
    let answer = try await send(.post, "/admin/auth/login", body: body)
    #expect(answer.status == .badRequest)
    #expect(answer.json["error"]?["type"] == "invalid_request")
    let large = String(repeating: " ", count: LoginBody.limit + 1)
    #expect(try await send(.post, "/admin/auth/login", body: large).status == .contentTooLarge)
  }

  @Test(arguments: ["/admin/auth/step-up", "/admin/auth/totp/confirm"])
  func `what isn't a code is refused before anything is counted`(path: String) async throws {
    let bodies = [
      "", "[]", "{}", #"{"totp":123456}"#, #"{"totp":"12345"}"#, #"{"totp":"12345a"}"#, #"{"totp":"123456","x":1}"#,
    ]
    for body in bodies {
      let answer = try await send(.post, path, token: try await token("viewer"), body: body)
      #expect(answer.status == .badRequest)
      #expect(answer.json["error"]?["type"] == "invalid_request")
    }
  }

  @Test(arguments: ["/admin/auth/step-up", "/admin/auth/totp/confirm", "/admin/auth/totp"])
  func `an issuer's own people have no authenticator here`(path: String) async throws {
    let answer = try await send(.post, path, token: try await token("owner"), body: #"{"totp":"123456"}"#)
    #expect(answer.status == .notFound)
  }

  @Test func `a token that no sign-in gave out can't be ended`() async throws {
    let answer = try await send(.post, "/admin/auth/logout", token: try await token("viewer"))
    #expect(answer.status == .conflict)
  }

  @Test func `a database out of reach is told as that, without its address`() async throws {
    let answers = [
      try await onboard(), try await send(.get, "/admin/tenant-kms", token: try await token("viewer")),
      try await send(.get, "/v1/secrets", token: APIKey.generate().exposed()),
      try await send(.post, "/admin/auth/login", body: #"{"email":"ada@example.com","password":"wrong"}"#),
      try await send(
        .post, "/agent/v1/session",
        body: JSONValue.object(SessionBodyTests.valid.merging(["timestamp": .timestamp(Date())]) { $1 }).canonicalText),
    ]
    for answer in answers {
      #expect(answer.status == .serviceUnavailable)
      #expect(answer.json["error"]?["type"] == "dependency_unavailable")
      #expect(answer.headers[.retryAfter] == "5")
      #expect(!answer.json.canonicalText.contains("127.0.0.1"))
    }
  }

  func token(_ role: String) async throws -> String {
    try await Issuer(hmac: key).token(claims: ["role": .string(role)])
  }

  /// A step-up of so many seconds ago.
  func stepUpToken(age: Int, ofOwnTenant: Bool) async throws -> String {
    let tenantID = ofOwnTenant ? UUID(uuidString: "0190a1b2-0000-7000-8000-000000000001") : UUID()
    let then = Issuer.now.addingTimeInterval(-Double(age))
    return try await StepUpAuthority(key: SecretBytes(copying: key), now: { then })
      .issue(to: "ada@example.com", of: try #require(tenantID)).token
  }

  private func onboard(config: [String: JSONValue] = [:]) async throws -> Answer {
    let honest: [String: JSONValue] = [
      "region": "us-east-1", "role_arn": "arn:aws:iam::111122223333:role/KnoxCallKMSAccess",
      "external_id": "550e8400-e29b-41d4-a716-446655440000",
    ]
    let body: JSONValue = [
      "provider": "aws", "kms_key_ref": "arn:aws:kms:us-east-1:111122223333:key/abcd-1234-5678-efgh",
      "config": .object(honest.merging(config) { $1 }),
    ]
    return try await send(.post, "/admin/tenant-kms", token: try await token("owner"), body: body.canonicalText)
  }

  func send(
    _ method: HTTPRequest.Method, _ path: String, token: String? = nil, stepUp: String? = nil, body: String = "",
    scopes: Set<APIKeyScope>? = nil
  ) async throws -> Answer {
    var headers = HTTPFields()
    headers[.authorization] = token.map { "Bearer \($0)" }
    headers[.stepUp] = stepUp
    let request = Request(
      head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
      body: RequestBody(buffer: ByteBuffer(string: body)))
    let context = APIContext(source: ApplicationRequestContextSource(channel: EmbeddedChannel(), logger: Self.logger))
    return try await Answer(router(scopes: scopes).buildResponder().respond(to: request, context: context))
  }

  /// - Parameter scopes: what every API key may do; nil where the database is asked.
  func router(scopes: Set<APIKeyScope>? = nil, edge: EdgeSettings = EdgeSettings()) async throws -> Router<APIContext> {
    let pool = PostgresPool(
      configuration: try PostgresConfiguration(url: "postgresql://nobody@127.0.0.1:1/nowhere"), size: 1,
      logger: Self.logger)
    let amqp = try AMQPConfiguration(url: "amqp://127.0.0.1:1", connectionName: "test")
    let tokens = AdminTokenVerifier(
      keys: await StaticTokenKey.hmac(SecretBytes(copying: key)), issuer: "issuer", audience: "tenant-kms",
      now: { Issuer.now })
    let metrics = MetricRegistry()
    metrics.register { [.gauge("answer", "The answer.", 42)] }
    let readiness = Readiness([.init("broker") { throw SettingError("no broker") }])
    let tenantID = UUID()
    let apiKeys = APIKeyVerifier(load: { key in
      guard let scopes else { return try await APIKeyStore(pool: pool).verify(key) }
      return VerifiedAPIKey(id: key.id, tenantID: tenantID, scopes: scopes)
    })
    let masterKeys = MasterKeys(versions: KeyStore(pool: pool)) { _ in .random(count: 32) }
    return buildRouter(
      metrics: metrics, readiness: readiness, tokens: tokens, apiKeys: apiKeys,
      stepUp: await StepUpAuthority(key: SecretBytes(copying: key), now: { Issuer.now }), pool: pool,
      masterKeys: masterKeys,
      transitKeys: TransitKeys(
        store: TransitKeyStore(pool: pool),
        keyring: TransitKeyring(source: TransitKeyStore(pool: pool), masterKeys: masterKeys), masterKeys: masterKeys,
        uses: KeyUses(registry: KeyUseStore(pool: pool), metrics: metrics, logger: Self.logger)),
      hub: EventHub(),
      generation: KeyGeneration(
        verification: KeyVerification(
          rpc: AMQPRPCClient(configuration: amqp, logger: Self.logger),
          authenticator: CommandAuthenticator(key: SecretBytes(copying: key)), timeout: .seconds(1),
          platformKey: nil),
        platform: PlatformWrapping(
          global: try #require(LocalKeyEncryptionKey(masterKey: .random(count: 32))), operatorKey: nil,
          clouds: Clouds([]))),
      signIn: SignIn(
        pool: pool, hasher: PasswordHasher(),
        issuer: await AdminTokenIssuer(key: SecretBytes(copying: key), issuer: "issuer", audience: "tenant-kms"),
        proxies: 0),
      authenticators: Authenticators(
        pool: pool, hasher: PasswordHasher(),
        masterKey: try #require(LocalKeyEncryptionKey(masterKey: .random(count: 32)))),
      platform: PlatformIdentity(
        aws: AWSPlatform(transport: ScriptedEndpoint(), credentials: EnvironmentCredentials { _ in nil }),
        region: "us-east-1", gcp: GCPPlatform(transport: ScriptedEndpoint(), credentialsFile: nil),
        azure: AzurePlatform(transport: ScriptedEndpoint()) { _ in nil }),
      idempotency: IdempotencyVault(key: SecretBytes(copying: key)), edge: edge)
  }
}
