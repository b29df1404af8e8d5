import Foundation
import JSON
import JWTKit
import Testing

/// What the API refuses before it asks any cloud. Nothing may change, whatever comes.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct BadRequestTests {
  static let valid: JSONValue = [
    "provider": "aws", "kms_key_ref": "arn:aws:kms:us-east-1:111122223333:key/abcd-1234",
    "config": [
      "region": "us-east-1", "role_arn": "arn:aws:iam::111122223333:role/Access", "external_id": "550e8400-e29b",
    ],
  ]

  /// A body, or bytes that are none, and what must come of it.
  struct Case {
    let name: String
    let body: [UInt8]
    let status: Int
    let type: String
    /// A field that the answer must name, if any.
    var field: String?
  }

  static func change(_ path: [String], to value: JSONValue?) -> JSONValue {
    func change(_ json: JSONValue, _ path: ArraySlice<String>) -> JSONValue {
      guard case .object(var members) = json, let name = path.first else { return value ?? .null }
      members[name] = path.count == 1 ? value : change(members[name] ?? [:], path.dropFirst())
      return .object(members)
    }
    return change(valid, path[...])
  }

  static let malformed: [Case] = [
    ("empty", ""), ("not JSON", "{"), ("trailing", "{} {}"),
    ("duplicate names", #"{"provider":"aws","provider":"gcp"}"#),
    ("unpaired surrogate", #"{"provider":"\ud800"}"#), ("an array", "[]"), ("a string", "\"x\""),
    ("deep", String(repeating: "[", count: 5_000)),
  ].map { Case(name: $0.0, body: Array($0.1.utf8), status: 400, type: "invalid_request") }

  static let misshapen: [Case] = [
    ("no provider", change(["provider"], to: nil), "provider"),
    ("provider of another type", change(["provider"], to: 1), "provider"),
    ("unknown provider", change(["provider"], to: "aws_kms"), "provider"),
    ("unknown key", change(["extra"], to: true), "extra"),
    ("unknown key in config", change(["config", "extra"], to: true), "config.extra"),
    ("not an ARN", change(["kms_key_ref"], to: "alias/mine"), "kms_key_ref"),
    ("an ARN of another service", change(["kms_key_ref"], to: "arn:aws:s3:::bucket"), "kms_key_ref"),
    (
      "over-long key", change(["kms_key_ref"], to: .string("arn:" + String(repeating: "a", count: 5_000))),
      "kms_key_ref"
    ),
    ("no config", change(["config"], to: nil), "config"),
    ("config of another type", change(["config"], to: "x"), "config"),
    ("another region", change(["config", "region"], to: "eu-west-1"), "config.region"),
    ("no role", change(["config", "role_arn"], to: nil), "config.role_arn"),
    (
      "a user instead of a role", change(["config", "role_arn"], to: "arn:aws:iam::111122223333:user/x"),
      "config.role_arn"
    ),
    ("external ID too short", change(["config", "external_id"], to: "x"), "config.external_id"),
    (
      "external ID too long", change(["config", "external_id"], to: .string(String(repeating: "x", count: 1225))),
      "config.external_id"
    ),
    ("external ID with a space", change(["config", "external_id"], to: "a b"), "config.external_id"),
    ("external ID with NUL", change(["config", "external_id"], to: "a\u{0}b"), "config.external_id"),
  ].map { Case(name: $0.0, body: $0.1.canonicalBytes, status: 400, type: "invalid_request", field: $0.2) }

  static let credentials: [Case] = [
    ("AWS spelling", change(["config", "aws_secret_access_key"], to: "abc")),
    ("camel case", change(["config", "accessKeyId"], to: "abc")),
    ("upper case", change(["config", "AWS_ACCESS_KEY_ID"], to: "abc")),
    ("at the top", change(["secret_access_key"], to: "abc")),
    ("deep", change(["config", "a", "b", "session_token"], to: "abc")),
    ("by its value", change(["config", "external_id"], to: "AKIAIOSFODNN7EXAMPLE")),
    ("a PEM block", change(["note"], to: "-----BEGIN PRIVATE KEY-----\nMIIE")),
    ("a service account", change(["config", "key"], to: #"{"type":"service_account","private_key":"x"}"#)),
    ("a client secret", change(["config", "client_secret"], to: "abc")),
  ].map { Case(name: $0.0, body: $0.1.canonicalBytes, status: 400, type: "static_credentials_rejected") }

  @Test func `bodies that don't fit change nothing and say what is wrong`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      for bad in Self.malformed + Self.misshapen + Self.credentials {
        let answer = try await deployment.client.send(
          "POST", "/admin/tenant-kms", token: tenant.ownerToken, body: bad.body)
        #expect(answer.status == bad.status, "\(bad.name): \(answer)")
        #expect(try answer.error["type"]?.string == bad.type, "\(bad.name): \(answer)")
        #expect(try answer.error["request_id"]?.string == answer.headers["x-request-id"], "\(bad.name)")
        if let field = bad.field { #expect(try answer.error["fields"]?[field] != nil, "\(bad.name): \(answer)") }
        #expect(!answer.text.contains("AKIAIOSFODNN7EXAMPLE") && !answer.text.contains("MIIE"), "\(bad.name)")
      }
      let large = try await deployment.client.send(
        "POST", "/admin/tenant-kms", token: tenant.ownerToken, body: [UInt8](repeating: 0x20, count: 2 << 20))
      #expect(large.status == 413)
      #expect(try large.error["type"] == "invalid_request")
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `only a genuine token of the tenant's owner or admin may write`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let key = try #require(Data(base64Encoded: deployment.environment["ADMIN_JWT_HS256_KEY_B64"] ?? ""))
      for (name, token) in try await Self.badTokens(tenant: tenant.id, key: key) {
        let answer = try await deployment.client.post("/admin/tenant-kms", token: token, Self.valid)
        #expect(answer.status == 401, "\(name): \(answer)")
        #expect(try answer.error["type"] == "authentication_error", "\(name)")
      }
      let anonymous = try await deployment.client.send("POST", "/admin/tenant-kms", body: Self.valid.canonicalBytes)
      #expect(anonymous.status == 401)
      for role in ["member", "viewer"] {
        let token = try await deployment.token(for: tenant.id, role: role)
        let answer = try await deployment.client.post("/admin/tenant-kms", token: token, Self.valid)
        #expect(answer.status == 403, "\(role): \(answer)")
        #expect(try answer.error["type"] == "permission_denied")
        #expect(try await deployment.client.get("/admin/tenant-kms", token: token).status == 404, "may read")
      }
      let stranger = try await deployment.token(for: UUID())
      #expect(try await deployment.client.post("/admin/tenant-kms", token: stranger, Self.valid).status == 404)
      #expect(try await deployment.client.get("/admin/tenant-kms", token: tenant.apiKey).status == 401)
      #expect(try await deployment.client.get("/v1/secrets", token: tenant.ownerToken).status == 401)
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `secrets that don't fit are refused with their fields, and lists are bounded`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let before = try await deployment.fingerprint()
      let long = JSONValue.string(String(repeating: "n", count: 256))
      let bad: [(JSONValue, String)] = [
        ([:], "name"), (["name": "a"], "value"), (["name": 1, "value": "v"], "name"),
        (["name": "", "value": "v"], "name"),
        (["name": long, "value": "v"], "name"), (["name": "a\u{0}", "value": "v"], "name"),
        (["name": "a", "value": [1]], "value"), (["name": "a", "value": "v", "secret_type": "x"], "secret_type"),
        (["name": "a", "value": "v", "expires_at": "tomorrow"], "expires_at"),
        (["name": "a", "value": "v", "collection_id": "1"], "collection_id"),
        (["name": "a", "value": "v", "strict_expiry_enforcement": "yes"], "strict_expiry_enforcement"),
        (["name": "a", "value": "v", "extra": 1], "extra"),
        (["name": "a", "value": .string(String(repeating: "v", count: (1 << 20) + 1))], "value"),
      ]
      for (body, field) in bad {
        let answer = try await deployment.client.post("/v1/secrets", token: tenant.apiKey, body)
        #expect(answer.status == 400, "\(field): \(answer)")
        #expect(try answer.error["type"] == "validation_error")
        #expect(try answer.error["fields"]?[field] != nil, "\(field): \(answer)")
      }
      for query in ["page=0", "page=x", "per_page=101", "per_page=0"] {
        #expect(try await deployment.client.get("/v1/secrets?\(query)", token: tenant.apiKey).status == 400, "\(query)")
      }
      #expect(try await deployment.client.get("/v1/secrets/\(UUID())", token: tenant.apiKey).status == 404)
      #expect(try await deployment.client.get("/v1/secrets/x", token: tenant.apiKey).status == 404)
      #expect(try await deployment.client.get("/v1/nothing", token: tenant.apiKey).status == 404)
      #expect(try await deployment.fingerprint() == before)

      let made = try await deployment.client.post("/v1/secrets", token: tenant.apiKey, ["name": "a b", "value": "v"])
      #expect(made.status == 201)
      #expect(try made.json["data"]?["name"] == "a_b")
      let again = try await deployment.client.post("/v1/secrets", token: tenant.apiKey, ["name": "a_b", "value": "w"])
      #expect(again.status == 409)
      #expect(try again.error["type"] == "conflict")
      let other = try await deployment.makeTenant()
      let id = try #require(try made.json["data"]?["id"]?.string)
      #expect(try await deployment.client.get("/v1/secrets/\(id)", token: other.apiKey).status == 404)
      #expect(try await deployment.client.get("/v1/secrets/\(id)", token: tenant.apiKey).status == 200)
    }
  }

  @Test func `a value is overwritten and a secret deleted by its owner alone, and only as the contract says`()
    async throws
  {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let stranger = try await deployment.makeTenant()
      let made = try await deployment.client.post("/v1/secrets", token: tenant.apiKey, ["name": "a", "value": "v"])
      let path = "/v1/secrets/" + (try #require(try made.json["data"]?["id"]?.string))
      func put(_ path: String, _ body: JSONValue, token: String = tenant.apiKey) async throws -> APIAnswer {
        try await deployment.client.send("PUT", path + "/value", token: token, body: body.canonicalBytes)
      }
      let before = try await deployment.fingerprint()
      let bad: [(JSONValue, String)] = [
        ([:], "value"), (["value": 1], "value"), (["value": "v", "environment": ""], "environment"),
        (["value": "v", "environment": "a\u{0}"], "environment"), (["value": "v", "name": "n"], "name"),
        (["value": .string(String(repeating: "v", count: (1 << 20) + 1))], "value"),
      ]
      for (body, field) in bad {
        let answer = try await put(path, body)
        #expect(answer.status == 400, "\(field): \(answer)")
        #expect(try answer.error["type"] == "validation_error")
        #expect(try answer.error["fields"]?[field] != nil, "\(field): \(answer)")
      }
      for elsewhere in ["/v1/secrets/x", "/v1/secrets/\(UUID())"] {
        #expect(try await put(elsewhere, ["value": "v"]).status == 404)
        #expect(try await deployment.client.send("DELETE", elsewhere, token: tenant.apiKey).status == 404)
      }
      #expect(try await put(path, ["value": "w"], token: stranger.apiKey).status == 404)
      #expect(try await deployment.client.send("DELETE", path, token: stranger.apiKey).status == 404)
      #expect(try await deployment.fingerprint() == before)

      for (body, environment, version) in [
        (["value": "w"], "production", 2), (["value": "x", "environment": "production"], "production", 3),
        (["value": "y", "environment": "staging"], "staging", 1),
      ] as [(JSONValue, JSONValue, JSONValue)] {
        let answer = try await put(path, body)
        #expect(answer.status == 200, "\(answer)")
        let expected: JSONValue = [
          "id": try made.json["data"]?["id"] ?? .null, "name": "a", "environment": environment,
          "value_version": version,
        ]
        #expect(try answer.json["data"] == expected)
      }
      let deleted = try await deployment.client.send("DELETE", path, token: tenant.apiKey)
      #expect(deleted.status == 204)
      #expect(deleted.text.isEmpty)
      #expect(try await deployment.client.get(path, token: tenant.apiKey).status == 404)
      #expect(try await put(path, ["value": "z"]).status == 404)
      #expect(try await deployment.client.send("DELETE", path, token: tenant.apiKey).status == 404)
    }
  }

  private struct Claims: JWTPayload {
    var sub = "eve"
    var tenant_id: String
    var role = "owner"
    var iss = "test"
    var aud = "tenant-kms"
    var exp = Date(timeIntervalSinceNow: 600).timeIntervalSince1970
    func verify(using algorithm: some JWTAlgorithm) {}
  }

  private static func badTokens(tenant: UUID, key: Data) async throws -> [(String, String)] {
    let right = JWTKeyCollection()
    await right.add(hmac: HMACKey(from: key), digestAlgorithm: .sha256)
    let wrong = JWTKeyCollection()
    await wrong.add(hmac: HMACKey(from: "another key of thirty-two bytes!"), digestAlgorithm: .sha256)
    let none = JWTKeyCollection()
    await none.addUnsecuredNone()
    let other = JWTKeyCollection()
    await other.add(hmac: HMACKey(from: key + key), digestAlgorithm: .sha512)
    let good = Claims(tenant_id: tenant.uuidString)
    func with(_ change: (inout Claims) -> Void) -> Claims {
      var claims = good
      change(&claims)
      return claims
    }
    let signed = try await right.sign(good)
    return [
      ("expired", try await right.sign(with { $0.exp = Date(timeIntervalSinceNow: -1).timeIntervalSince1970 })),
      ("another issuer", try await right.sign(with { $0.iss = "elsewhere" })),
      ("another audience", try await right.sign(with { $0.aud = "elsewhere" })),
      ("unknown role", try await right.sign(with { $0.role = "root" })),
      ("no tenant", try await right.sign(with { $0.tenant_id = "acme" })),
      ("another key", try await wrong.sign(good)), ("alg none", try await none.sign(good)),
      ("another algorithm", try await other.sign(good)), ("truncated", String(signed.dropLast(3))),
      ("two parts", signed.split(separator: ".").prefix(2).joined(separator: ".")), ("not a token", "x"),
      ("over-long", signed + String(repeating: "A", count: 9_000)),
    ]
  }
}
