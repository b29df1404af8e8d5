import Cryptography
import Foundation
import JSON
import Testing

/// An agent as its vendor would write it: from the README, HKDF-SHA-256 and AES-256-GCM, with nothing of ours.
struct PlayedAgent: Sendable {
  let id: String
  let agentID: String
  let secret: String
  var fingerprint = "the machine"

  init(created answer: APIAnswer) throws {
    let data = try #require(try answer.json["data"], "\(answer)")
    id = try #require(data["id"]?.string)
    agentID = try #require(data["agent_id"]?.string)
    secret = try #require(data["agent_secret"]?.string)
  }

  static func makeNonce() -> String { UUID().uuidString }

  func request(nonce: String, at time: Date = Date(), secret: String? = nil) -> JSONValue {
    [
      "agent_id": .string(agentID), "agent_secret": .string(secret ?? self.secret),
      "machine_fingerprint": .string(fingerprint), "nonce": .string(nonce),
      "timestamp": .string(time.formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true))),
    ]
  }

  /// Asks for a session.
  func send(
    nonce: String = makeNonce(), at time: Date = Date(), secret: String? = nil, to client: APIClient
  ) async throws -> APIAnswer {
    try await client.send(
      "POST", "/agent/v1/session", body: request(nonce: nonce, at: time, secret: secret).canonicalBytes)
  }

  /// Opens every value of a session.
  /// - Returns: the values by the secrets' names.
  func open(_ answer: JSONValue, nonce: String) throws -> [String: String] {
    func text(_ json: JSONValue?, _ name: String) throws -> String { try #require(json?[name]?.string, "\(name)") }
    let bundle = answer["bundle"]
    try #require(bundle?["format"] == "tenant-kms.bundle.v1")
    let session = [
      try text(bundle, "tenant_id"), try text(bundle, "agent_id"), try text(answer, "session_id"),
      try text(bundle, "issued_at"), try text(answer, "expires_at"),
    ]
    try #require(session[1] == agentID)
    let base64 = String(secret.dropFirst(4)).replacing("-", with: "+").replacing("_", with: "/") + "="
    let material = try HKDFSHA256.deriveKey(
      from: SecretBytes(copying: try #require(Data(base64Encoded: base64))), salt: Array(nonce.utf8),
      info: Self.fields(["tenant-kms agent session v1"] + session), count: 48
    ).withUnsafeBytes { [UInt8]($0) }
    let keyID = "sk_" + material[32...].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    try #require(try text(answer, "session_key_id") == keyID)
    let sessionKey = try AES256GCM(key: SecretBytes(copying: material[..<32]))

    guard case .array(let values)? = bundle?["values"] else { return [:] }
    return try values.reduce(into: [:]) { opened, value in
      let version = try #require(value["value_version"]?.integer)
      let names = ["secret_id", "name", "secret_type", "base_environment", "environment", "value_id"]
      let described = try names.map { try text(value, $0) } + [String(version), value["expires_at"]?.string]
      let wrapped = try bytes(value, "wrapped_key")
      let dataKey = try sessionKey.open(
        wrapped[12...], nonce: wrapped[..<12],
        additionalData: Self.fields(["tenant-kms.bundle.v1"] + session + described))
      let payload = try bytes(value, "payload")
      let address =
        try Self.uuid(session[0]) + [2] + (try Self.uuid(try text(value, "value_id")))
        + [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: version >> $0) }
      let plaintext = try AES256GCM(key: dataKey).open(
        payload[21...], nonce: payload[9..<21], additionalData: Array(payload[..<9]) + address)
      opened[try text(value, "name")] = plaintext.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
  }

  private func bytes(_ json: JSONValue, _ name: String) throws -> [UInt8] {
    [UInt8](try #require(json[name]?.string.flatMap { Data(base64Encoded: $0) }, "\(name)"))
  }

  private static func fields(_ fields: [String?]) -> [UInt8] {
    fields.flatMap { field -> [UInt8] in
      let count = field.map { $0.utf8.count } ?? 0xFFFF_FFFF
      return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: count >> $0) } + Array((field ?? "").utf8)
    }
  }

  private static func uuid(_ text: String) throws -> [UInt8] {
    withUnsafeBytes(of: try #require(UUID(uuidString: text)).uuid) { [UInt8]($0) }
  }
}

extension Deployment {
  /// Makes an agent over the API.
  func makeAgent(for tenant: Tenant, _ members: [String: JSONValue] = [:]) async throws -> PlayedAgent {
    let body = JSONValue.object(["name": "agent"].merging(members) { $1 })
    let answer = try await client.post("/v1/agents", token: tenant.apiKey, body)
    try #require(answer.status == 201, "\(answer)")
    return try PlayedAgent(created: answer)
  }

  /// Starts a second API process on the same database, lends a client of it, and stops it.
  func withSecondAPI(_ body: (APIClient) async throws -> Void) async throws {
    let program = try RunningProgram("onboarding-api", environment: environment)
    let listening = try await program.line { $0.contains(#""message":"listening""#) }
    let port = try #require(try JSONValue(parsing: Array(listening.utf8))["port"]?.string)
    let result = await outcome { try await body(APIClient(base: "http://127.0.0.1:\(port)")) }
    _ = await program.stop()
    try result.get()
  }
}
