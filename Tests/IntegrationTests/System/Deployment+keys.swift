import Cryptography
import Foundation
import JSON
import Postgres
import Repository
import Testing

extension Deployment {
  /// Makes a step-up token as the operator does.
  func stepUpToken(for tenant: Tenant, subject: String = "operator") async throws -> String {
    try await Self.run(["step-up-token", "--tenant", tenant.id.uuidString, "--subject", subject], environment)
  }

  /// Makes one that was issued a while ago, as only who holds the command key can.
  func stepUpToken(for tenant: Tenant, age: TimeInterval) throws -> String {
    let commandKey = try #require(environment["COMMAND_KEY_B64"].flatMap { SecretBytes(base64: $0) })
    let key = try HKDFSHA256.deriveKey(
      from: commandKey, salt: [], info: Array("tenant-kms step-up token".utf8), count: 32)
    let issued = (Date().timeIntervalSince1970 - age).rounded(.down)
    let parts: [JSONValue] = [
      ["alg": "HS256", "typ": "JWT"],
      [
        "sub": "operator", "tenant_id": .string(tenant.id.uuidString), "aud": "tenant-kms/step-up",
        "iat": .number(issued), "exp": .number(issued + 300),
      ],
    ]
    let text = parts.map { Self.base64URL($0.canonicalBytes) }.joined(separator: ".")
    return text + "." + Self.base64URL(HMACSHA256.authenticationCode(for: Array(text.utf8), key: key))
  }

  private static func base64URL(_ bytes: [UInt8]) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  /// Calls a route that demands a step-up, with a fresh one unless told.
  func call(
    _ method: String = "POST", _ path: String, of tenant: Tenant, _ body: JSONValue? = nil, stepUp: String? = nil,
    by client: APIClient? = nil
  ) async throws -> APIAnswer {
    let token = if let stepUp { stepUp } else { try await stepUpToken(for: tenant) }
    return try await (client ?? self.client).send(
      method, path, token: tenant.ownerToken, body: body?.canonicalBytes, headers: ["X-KnoxCall-StepUp": token])
  }

  /// Onboards a customer's key.
  func onboard(_ candidate: JSONValue, for tenant: Tenant) async throws {
    let answer = try await client.post("/admin/tenant-kms", token: tenant.ownerToken, candidate)
    try #require(answer.status == 200, "\(answer)")
  }

  /// What an admin sees of each secret by name: its value, or the type of the error.
  /// - Parameter client: of the API that is asked; this deployment's unless told.
  func revealedSecrets(of tenant: Tenant, by client: APIClient? = nil) async throws -> [String: String] {
    let stepUp = try await stepUpToken(for: tenant)
    let listed = try await (client ?? self.client).get("/v1/secrets?per_page=100", token: tenant.apiKey).json
    guard case .array(let rows)? = listed["data"] else { return [:] }
    var values: [String: String] = [:]
    for row in rows {
      let id = try #require(row["id"]?.string)
      let answer = try await call("POST", "/admin/secrets/\(id)/reveal", of: tenant, stepUp: stepUp, by: client)
      let name = try #require(row["name"]?.string)
      values[name] = try answer.json["value"]?.string ?? "\(answer.status) \(answer.error["type"]?.string ?? "")"
    }
    return values
  }

  /// The tenant's key versions and their statuses, newest first, straight from the database.
  func keyVersions(of tenant: Tenant) async throws -> [KeyVersion] {
    try await withPool { try await KeyStore(pool: $0).versions(of: tenant.id) }
  }

  /// What the audit chain says of the tenant, oldest first.
  func auditEntries(of tenant: Tenant) async throws -> [AuditEntry] {
    try await withPool { try await AuditChain(pool: $0).rows() }.map(\.entry).filter { $0.tenantID == tenant.id }
  }

  /// Expects what must hold after whatever happened: exactly one active version, no gap before it, and a whole chain.
  func expectSound(_ tenant: Tenant, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let versions = try await keyVersions(of: tenant)
    let active = versions.filter { $0.status == .active }
    #expect(active == Array(versions.prefix(1)), sourceLocation: sourceLocation)
    #expect(versions.map(\.version) == (0..<Int32(versions.count)).reversed(), sourceLocation: sourceLocation)
    let bad = try await withPool { try await AuditChain(pool: $0).verify().firstBadSequence }
    #expect(bad == nil, sourceLocation: sourceLocation)
  }

  /// Marks a tenant as sealed, or as no longer so.
  func setSealed(_ isSealed: Bool, _ tenant: Tenant) async throws {
    _ = try await withPool { pool in
      try await pool.execute(
        """
        UPDATE tenant_kms_configs SET sealed_since = CASE WHEN $2 THEN now() END,
          last_verify_error = CASE WHEN $2 THEN 'denied' END WHERE tenant_id = $1
        """, [.uuid(tenant.id), .bool(isSealed)])
    }
  }

  /// A pool for a few questions to the database, gone before anybody counts sessions.
  func withPool<Value>(_ body: (PostgresPool) async throws -> Value) async throws -> Value {
    let pool = database.pool(size: 1)
    do {
      let value = try await body(pool)
      await pool.shutdown()
      return value
    } catch {
      await pool.shutdown()
      throw error
    }
  }
}
