import AMQP
import Foundation
import JSON
import Testing

@testable import onboarding_api

/// What a tenant goes through: every route once as it is meant to be used, then every route with nonsense.
struct CanaryLife {
  let deployment: Deployment
  var tenant: CanaryTenant
  var watch = CanaryWatch()
  private var called: Set<String> = []
  private var calls = 0

  /// Every route of the tables, and those that stand in none, as nobody has to be let in.
  static let routes =
    AdminRoute.all.map { "\($0.method) /admin/\($0.path)" }
    + TenantRoute.allCases.map { "\($0.line.method) /v1/\($0.line.path)" }
    + ["POST /admin/auth/login", "POST /agent/v1/session", "GET /healthz", "GET /readyz", "GET /metrics"]

  init(_ deployment: Deployment, _ tenant: CanaryTenant) {
    self.deployment = deployment
    self.tenant = tenant
  }

  /// Routes that were never used as they are meant to be.
  var uncovered: [String] { Self.routes.filter { !called.contains($0) } }

  /// Uses a route as it is meant to be, with the tenant's own credentials.
  /// - Parameters:
  ///   - route: as in ``routes``.
  ///   - path: what stands in the place of the route's `:name`.
  ///   - status: what it must answer.
  @discardableResult
  private mutating func call(
    _ route: String, at path: [String] = [], _ body: JSONValue? = nil, token: String? = nil, stepUp: String? = nil,
    status: Set<Int> = [200]
  ) async throws -> APIAnswer {
    let isTenants = route.contains("/v1/")
    var headers = ["Idempotency-Key": "\(tenant.idempotencyKey)-\(calls)"]
    calls += 1
    headers["X-KnoxCall-StepUp"] = stepUp
    let answer = try await send(
      route, at: path, token: token ?? (isTenants ? tenant.tenant.apiKey : tenant.tenant.ownerToken),
      body: body?.canonicalBytes, headers: headers)
    #expect(status.contains(answer.status), "\(route): \(answer)")
    called.insert(route)
    return answer
  }

  private mutating func send(
    _ route: String, at values: [String], query: String = "", token: String?, body: [UInt8]?, headers: [String: String]
  ) async throws -> APIAnswer {
    let (method, template) = Self.parts(of: route)
    var values = values[...]
    let path = template.split(separator: "/").map { $0.hasPrefix(":") ? values.popFirst() ?? "1" : String($0) }
    let answer = try await deployment.client.send(
      method, "/" + path.joined(separator: "/") + query, token: token, body: body, headers: headers)
    watch.note("\(answer.headers) \(answer.text)", at: "answer \(answer.status) \(route)")
    return answer
  }

  private static func parts(of route: String) -> (method: String, path: String) {
    let parts = route.split(separator: " ").map(String.init)
    return (parts[0], parts[1])
  }

  /// Every route as it is meant to be used.
  mutating func live() async throws {
    try await keepSecrets()
    try await encrypt()
    try await administer()
    try await makeAPIKey()
    let token = try await signIn()
    try await ownKeys()
    // What is gone afterwards.
    try await noteTables()
    try await leave(token)
  }

  mutating func noteTables() async throws {
    for (table, text) in try await deployment.dumpedTables() { watch.note(text, at: "table \(table)") }
  }

  private mutating func keepSecrets() async throws {
    let value: JSONValue = .string(tenant.secretValue)
    let made = try await call("POST /v1/secrets", ["name": "CANARY", "value": value], status: [201])
    let id = try #require(try made.json["data"]?["id"]?.string)
    try await call("PUT /v1/secrets/:id/value", at: [id], ["value": value])
    try await call("PATCH /v1/secrets/:id", at: [id], ["name": "RENAMED"])
    try await call("GET /v1/secrets")
    try await call("GET /v1/secrets/:id", at: [id])
    let stepUp = try await stepUpToken()
    try await call("POST /admin/secrets/:id/reveal", at: [id], stepUp: stepUp)

    let agent = try await call("POST /v1/agents", ["name": "canary"], status: [201]).json["data"] ?? .null
    let secret = try #require(agent["agent_secret"]?.string)
    tenant.learn(.agentSecret, String(secret.dropFirst(4)))
    try await call("GET /v1/agents")
    try await call(
      "POST /agent/v1/session",
      [
        "agent_id": try #require(agent["agent_id"]), "agent_secret": .string(secret), "machine_fingerprint": "here",
        "nonce": .string(UUID().uuidString), "timestamp": .string(Date().formatted(.iso8601)),
      ])
    try await call("DELETE /v1/agents/:id", at: [try #require(agent["id"]?.string)])
    try await call("DELETE /v1/secrets/:id", at: [id], status: [200, 204])
    // One stays, for the rewraps.
    try await call("POST /v1/secrets", ["name": "STAYS", "value": value], status: [201])
  }

  private mutating func encrypt() async throws {
    try await call("POST /v1/crypto/keys", ["name": "canary"], status: [201])
    try await call("GET /v1/crypto/keys")
    try await call("GET /v1/crypto/keys/:name", at: ["canary"])
    try await call("PATCH /v1/crypto/keys/:name", at: ["canary"], ["deletion_allowed": true])
    let made = try await call(
      "POST /v1/crypto/keys/:name/encrypt", at: ["canary"], ["plaintext": .string(tenant.secretValue)])
    let ciphertext = try #require(try made.json["data"]?["ciphertext"])
    try await call("POST /v1/crypto/keys/:name/decrypt", at: ["canary"], ["ciphertext": ciphertext])
    try await call("POST /v1/crypto/keys/:name/rotate", at: ["canary"])
    try await call("POST /v1/crypto/keys/:name/rewrap", at: ["canary"], ["ciphertext": ciphertext])
    try await call("DELETE /v1/crypto/keys/:name/versions/:version", at: ["canary", "1"], status: [200, 204])
  }

  /// What a person does to the same data.
  private mutating func administer() async throws {
    let value: JSONValue = .string(tenant.secretValue)
    let made = try await call("POST /admin/secrets", ["name": "BY HAND", "value": value], status: [201])
    let id = try #require(try made.json["data"]?["id"]?.string)
    try await call("PUT /admin/secrets/:id/value", at: [id], ["value": value])
    try await call("PATCH /admin/secrets/:id", at: [id], ["name": "RENAMED"])
    try await call("GET /admin/secrets")
    try await call("GET /admin/secrets/:id", at: [id])
    let stepUp = try await stepUpToken()
    try await call("DELETE /admin/secrets/:id", at: [id], stepUp: stepUp, status: [204])

    try await call("POST /admin/transit-keys", ["name": "by-hand"], status: [201])
    try await call("GET /admin/transit-keys")
    try await call("GET /admin/transit-keys/:name", at: ["by-hand"])
    try await call("PATCH /admin/transit-keys/:name", at: ["by-hand"], ["deletion_allowed": true])
    try await call("POST /admin/transit-keys/:name/rotate", at: ["by-hand"])
    try await call("DELETE /admin/transit-keys/:name/versions/:version", at: ["by-hand", "1"], stepUp: stepUp)

    let agent = try await call("POST /admin/agents", ["name": "by hand"], status: [201]).json["data"] ?? .null
    tenant.learn(.agentSecret, String(try #require(agent["agent_secret"]?.string).dropFirst(4)))
    try await call("GET /admin/agents")
    try await call("DELETE /admin/agents/:id", at: [try #require(agent["id"]?.string)])
  }

  private mutating func makeAPIKey() async throws {
    let made = try await call("POST /admin/api-keys", ["name": "canary"], status: [201]).json
    tenant.learn(.apiKey, String(try #require(made["api_key"]?.string).suffix(43)))
    try await call("GET /admin/api-keys")
    try await call("DELETE /admin/api-keys/:id", at: [try #require(made["id"]?.string)], status: [200, 204])
  }

  /// - Returns: the person's admin token.
  private mutating func signIn() async throws -> String {
    let (email, password) = tenant.person
    let login = try await call(
      "POST /admin/auth/login", ["email": .string(email), "password": .string(password)])
    let token = try #require(try login.json["token"]?.string)
    tenant.learn(token: token, .adminToken)
    let begun = try await call("POST /admin/auth/totp", ["password": .string(password)], token: token)
    let uri = try #require(try begun.json["otpauth_uri"]?.string)
    try tenant.learnAuthenticator(uri: uri)
    let authenticator = try OneTimePassword(uri: uri)
    try await call("POST /admin/auth/totp/confirm", ["totp": .string(authenticator.code())], token: token)
    let steppedUp = try await call(
      "POST /admin/auth/step-up", ["totp": .string(authenticator.code(offset: 1))], token: token)
    tenant.learn(token: try #require(try steppedUp.json["step_up_token"]?.string), .stepUpToken)
    return token
  }

  private mutating func ownKeys() async throws {
    try await call("POST /admin/tenant-kms", tenant.account.candidate)
    try await call("GET /admin/tenant-kms")
    try await call("GET /admin/tenant-kms/platform")
    try await call("POST /admin/tenant-kms/verify", tenant.account.candidate)
    let lease = try #require(
      try await deployment.finishedRewrap(of: tenant.tenant)["rewrap_lease_id"]?.string)
    try await call("PUT /admin/tenant-kms/rewrap/limit", ["rows_per_second": 1000])
    try await call("GET /admin/tenant-kms/rewrap/limit")
    try await call("GET /admin/tenant-kms/rewrap")
    try await call("GET /admin/tenant-kms/rewrap/:lease_id", at: [lease])
    // The job is over by now, which each of them says.
    for verb in ["pause", "resume", "retry-failed"] {
      try await call("POST /admin/tenant-kms/rewrap/:lease_id/\(verb)", at: [lease], status: [200, 409])
    }
    let stepUp = try await stepUpToken()
    try await call("POST /admin/tenant-kms/rotate", stepUp: stepUp)
    _ = try await deployment.finishedRewrap(of: tenant.tenant)
    try await call(
      "POST /admin/tenant-kms/versions/:version/revoke", at: ["0"],
      ["confirm": .string(tenant.tenant.slug), "erase": false], stepUp: stepUp)
    try await call("POST /admin/tenant-kms/unseal", stepUp: stepUp, status: [409])
    let stream = try EventStreamClient.open(deployment.client, token: tenant.tenant.ownerToken)
    let text = try await eventually("the stream to begin") { stream.text.isEmpty ? nil : stream.text }
    watch.note(text, at: "answer 200 GET /admin/tenant-kms/events")
    called.insert("GET /admin/tenant-kms/events")
    for route in [
      "GET /admin/audit/chain", "GET /admin/audit/chain/verify", "GET /v1/audit-logs", "GET /v1/audit-logs/events",
      "GET /healthz", "GET /readyz", "GET /metrics",
    ] {
      try await call(route)
    }
  }

  private mutating func leave(_ token: String) async throws {
    try await call("DELETE /admin/tenant-kms", stepUp: try await stepUpToken())
    _ = try await deployment.finishedRewrap(of: tenant.tenant)
    try await call("POST /admin/auth/logout", token: token, status: [204])
  }

  private mutating func stepUpToken() async throws -> String {
    let token = try await deployment.stepUpToken(for: tenant.tenant)
    tenant.learn(token: token, .stepUpToken)
    return token
  }

  /// Every route with everything secret in the wrong place: none may fail on our side, nor write it down.
  mutating func receiveNonsense() async throws {
    let all = tenant.everything
    let text = JSONValue.string(all)
    let candidate: JSONValue = [
      "provider": "aws", "kms_key_ref": text, "aws_secret_access_key": .string(tenant.rejectedCredential),
      "config": ["region": text, "role_arn": text, "external_id": text, "note": "AKIAIOSFODNN7EXAMPLE"],
    ]
    let members: JSONValue = [
      "email": text, "password": text, "totp": text, "value": [text], "name": ["name": text], "description": text,
      "confirm": text, "erase": text, "rows_per_second": text, "agent_id": text, "agent_secret": text,
      "machine_fingerprint": text, "nonce": text, "timestamp": text, "plaintext": [text], "plaintext_b64": text,
      "ciphertext": text, "secret_type": text, "expires_at": text,
    ]
    let bodies: [[UInt8]] = [
      members.canonicalBytes, candidate.canonicalBytes, text.canonicalBytes, Array(#"{"value":"\#(all)"#.utf8),
      Array(#"{"password":"\#(all)","password":1}"#.utf8), [0xFF] + Array(all.utf8),
    ]
    let stepUp = try await stepUpToken()
    let path = all.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    for route in Self.routes where !["GET /admin/tenant-kms/events", "GET /metrics"].contains(route) {
      let own = route.contains("/v1/") ? tenant.tenant.apiKey : tenant.tenant.ownerToken
      for (index, body) in bodies.enumerated() {
        // The first ones get past the door, the others bring what opens none.
        let headers = [
          "X-KnoxCall-StepUp": index < 4 ? stepUp : all,
          "Idempotency-Key": "\(tenant.idempotencyKey) \(index) \(route)",
          "X-Forwarded-For": all, "Cookie": "session=\(path)", "X-KnoxCall-CSRF": "1", "Traceparent": all,
        ]
        let answer = try await send(
          route, at: index % 2 == 0 ? ["0190a1b2-0000-7000-8000-000000000001"] : [path],
          query: index % 2 == 0 ? "" : "?page=\(path)&cursor=1", token: index < 4 ? own : all,
          body: body, headers: headers)
        #expect(answer.status != 500, "\(route): \(answer.status)")
      }
    }
  }

  /// What an intruder on the broker sends is neither read out nor written down.
  mutating func receiveForgedCommands() async throws {
    let publisher = AMQPPublisher(configuration: try deployment.virtualHost.configuration())
    let queues = ["kms.verify", "rewrap.start", "rewrap.batch"]
    let body = Array(#"{"schema":1,"candidate":"\#(tenant.forgedCommand)"}"#.utf8)
    try await withRunning(publisher) {
      for queue in queues {
        try await publisher.publish(
          AMQPMessage(body: body, type: queue, messageID: UUID().uuidString, headers: ["x-signature": "00"]),
          exchange: "", routingKey: queue)
      }
    }
    for queue in queues {
      let line = try await eventually("the dead letter of \(queue)") {
        let lines = try await deployment.run(["dead-letters", "list", "--queue", queue])
        return lines.isEmpty ? nil : lines
      }
      watch.note(line, at: "dead-letters list")
      watch.note(try await deployment.virtualHost.peek(queue + ".dead"), at: "dead letters")
    }
  }
}
