import Foundation
import JSON
import Testing

/// What `/v1` and `/agent/v1` refuse of every field of every body, of queries and of ids. Nothing may change, whatever
/// comes.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct TenantBadRequestTests {
  /// A field of a body: a value that fits it, and whether the body can do without it.
  struct Field {
    let name: String
    let value: JSONValue
    var isRequired = false
    /// The longest text, in characters; nil for what isn't measured.
    var length: Int?
    /// Whether it may hold any character, as a value may.
    var isAnyText = false
  }

  /// A route and the fields of its body.
  struct Route {
    let method: String
    let path: String
    let fields: [Field]

    func body(replacing name: String = "", by text: String? = nil) -> String {
      let members = fields.compactMap { field -> String? in
        let value = field.name == name ? text : field.value.canonicalText
        return value.map { "\"\(field.name)\":\($0)" }
      }
      return "{\(members.joined(separator: ","))}"
    }
  }

  static func routes(secret: String) -> [Route] {
    let value = Field(name: "value", value: "v", isRequired: true, isAnyText: true)
    return [
      Route(
        method: "POST", path: "/v1/secrets",
        fields: [
          Field(name: "name", value: "NEW", isRequired: true, length: 255), value,
          Field(name: "secret_type", value: "string", length: 32),
          Field(name: "base_environment", value: "production", length: 64),
          Field(name: "collection_id", value: "0190a1b2-0000-7000-8000-000000000001", length: 36),
          Field(name: "expires_at", value: "2030-01-31T00:00:00Z", length: 35),
          Field(name: "strict_expiry_enforcement", value: true),
        ]),
      Route(
        method: "PUT", path: "/v1/secrets/\(secret)/value",
        fields: [value, Field(name: "environment", value: "staging", length: 64)]),
      Route(
        method: "POST", path: "/v1/agents",
        fields: [
          Field(name: "name", value: "new", isRequired: true, length: 255),
          Field(name: "require_verified_build", value: false),
        ]),
      Route(
        method: "POST", path: "/agent/v1/session",
        fields: [
          Field(name: "agent_id", value: "agt_0123456789abcdef", isRequired: true, length: 256),
          Field(name: "agent_secret", value: "secret", isRequired: true, length: 256),
          Field(name: "machine_fingerprint", value: "machine", isRequired: true, length: 255),
          Field(name: "nonce", value: "0123456789abcdef", isRequired: true, length: 128),
          Field(name: "timestamp", value: "2030-01-31T00:00:00Z", isRequired: true, length: 35),
        ]),
    ]
  }

  @Test func `every field of every body is refused by name if it doesn't fit, and nothing changes`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let secret = try await deployment.makeOldSecret(for: tenant)
      let before = try await deployment.fingerprint()
      for route in Self.routes(secret: secret) {
        for field in route.fields {
          for text in field.misfits {
            let answer = try await deployment.send(route, route.body(replacing: field.name, by: text), tenant)
            let what = "\(route.path) \(field.name): \(text.map { String($0.prefix(40)) } ?? "missing")"
            #expect(answer.status == 400, "\(what): \(answer)")
            #expect(try answer.error["type"] == "validation_error", "\(what): \(answer)")
            #expect(try answer.error["fields"]?[field.name] != nil, "\(what): \(answer)")
          }
        }
      }
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `what is no object of JSON with names of ours, each once, is refused, and nothing changes`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let secret = try await deployment.makeOldSecret(for: tenant)
      let before = try await deployment.fingerprint()
      for route in Self.routes(secret: secret) {
        let (body, name) = (route.body(), route.fields[0].name)
        let malformed = [
          "", "{", "[]", "\"x\"", "null", "1", body + "{}", body.dropLast() + #","\#(name)":"twice"}"#,
          body.dropLast() + #","unknown":1}"#, body.dropLast() + #","__proto__":{}}"#,
          route.body(replacing: name, by: #""\ud800""#), route.body(replacing: name, by: #""\udc00x""#),
          route.body(replacing: name, by: "\"a\u{1}b\""), route.body(replacing: name, by: "12345678901234567890"),
          route.body(replacing: name, by: "1e400"), route.body(replacing: name, by: "NaN"),
          route.body(replacing: name, by: String(repeating: "[", count: 5_000)), "\u{FEFF}" + body,
        ].map { Array($0.utf8) }
        let encodings = [
          Array(body.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }),
          Array(route.body(replacing: name, by: "\"?\"").utf8).map { $0 == 0x3F ? 0xFF : $0 },
        ]
        for bytes in malformed + encodings {
          let answer = try await deployment.client.send(
            route.method, route.path, token: tenant.apiKey, body: bytes)
          #expect(answer.status == 400, "\(route.path) \(String(decoding: bytes.prefix(80), as: UTF8.self)): \(answer)")
          #expect(try answer.error["type"] == "validation_error", "\(route.path): \(answer)")
        }
      }
      #expect(try await deployment.fingerprint() == before)
    }
  }

  @Test func `another tenant's id is nobody's, and what is no id neither`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let other = try await deployment.makeTenant()
      let secret = try await deployment.makeOldSecret(for: other)
      let before = try await deployment.fingerprint()
      let ids = [secret, UUID().uuidString, "x", "1%00", "..%2f..", String(repeating: "a", count: 4_000), "%ff"]
      for id in ids {
        for (method, path, body) in [
          ("GET", "/v1/secrets/\(id)", nil), ("DELETE", "/v1/secrets/\(id)", nil),
          ("PUT", "/v1/secrets/\(id)/value", #"{"value":"v"}"#), ("DELETE", "/v1/agents/\(id)", nil),
        ] as [(String, String, String?)] {
          let answer = try await deployment.client.send(
            method, path, token: tenant.apiKey, body: body.map { Array($0.utf8) })
          #expect(answer.status == 404, "\(method) \(path.prefix(60)): \(answer)")
          #expect(try answer.error["type"] == "not_found", "\(method) \(path.prefix(60)): \(answer)")
        }
      }
      #expect(try await deployment.fingerprint() == before)
    }
  }

  static let queries = [
    "secrets?page=0", "secrets?page=x", "secrets?page=99999999999999999999", "secrets?per_page=101", "secrets?page=",
    "secrets?page=1&page=2", "audit-logs?action=", "audit-logs?action=%00", "audit-logs?resource_type=a%0Ab",
    "audit-logs?action=\(String(repeating: "a", count: 65))", "audit-logs?per_page=-1", "audit-logs/events?limit=0",
    "audit-logs/events?limit=1001", "audit-logs/events?cursor=x", "audit-logs/events?cursor=%00",
    "audit-logs/events?cursor=\(String(repeating: "f", count: 48))", "audit-logs/events?action_prefix=",
  ]

  @Test func `a query that doesn't fit is refused by name`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      for query in Self.queries {
        let answer = try await deployment.client.get("/v1/\(query)", token: tenant.apiKey)
        #expect(answer.status == 400, "\(query): \(answer)")
        #expect(try answer.error["type"] == "validation_error", "\(query)")
        let name = String(query.drop { $0 != "?" }.dropFirst().prefix { $0 != "=" })
        #expect(try answer.error["fields"]?[name] != nil, "\(query): \(answer)")
      }
    }
  }
}

extension TenantBadRequestTests.Field {
  /// JSON texts that don't fit; nil for leaving it out.
  fileprivate var misfits: [String?] {
    var texts: [String?] = ["7", "[]", "{}", value.string == nil ? "\"true\"" : "true"]
    if isRequired { texts += [nil, "null"] }
    if value.string != nil, !isAnyText { texts += [#""a\u0000b""#, "\"\""] }
    if let length { texts.append("\"\(String(repeating: "a", count: length + 1))\"") }
    return texts
  }
}

extension Deployment {
  fileprivate func send(
    _ route: TenantBadRequestTests.Route, _ body: String, _ tenant: Tenant
  ) async throws -> APIAnswer {
    try await client.send(route.method, route.path, token: tenant.apiKey, body: Array(body.utf8))
  }

  /// - Returns: its id.
  fileprivate func makeOldSecret(for tenant: Tenant) async throws -> String {
    let made = try await client.post("/v1/secrets", token: tenant.apiKey, ["name": "OLD", "value": "v"])
    return try #require(try made.json["data"]?["id"]?.string)
  }
}
