import AgentSession
import Cryptography
import HTTPTypes
import Foundation
import JSON
import Seeded
import Testing

@testable import Repository
@testable import onboarding_api

extension FuzzTarget {
  static let bodies = FuzzTarget(
    name: "bodies",
    dictionary: [
      #""email":"a@b""#, #""password":"CANARY""#, #""totp":"123456""#, #""agent_id":"#, #""agent_secret":"CANARY""#,
      #""machine_fingerprint":"m""#, #""nonce":"0123456789abcdef""#, #""timestamp":"2030-01-31T00:00:00Z""#,
      #""value":"CANARY""#, #""name":"n""#, #""confirm":"acme""#, #""erase":true"#, #""expires_at":null"#, "CANARY",
      #"\u0000"#, #"\ud800"#, "{", "}", ",", "null", #""secret_type":"string""#,
      #""scopes":["crypto:use"]"#, #""deletion_allowed":true"#, #""plaintext_b64":"Q0FOQVJZ""#,
      #""ciphertext":"knoxcall:v1:CANARY""#, #""rows_per_second":2147483647"#, #""environment":"production""#,
      #""collection_id":"0190a1b2-0000-7000-8000-000000000001""#, #""strict_expiry_enforcement":true"#,
    ]
  ) { bytes in
    let json: JSONValue
    do throws(JSONError) { json = try JSONValue(parsing: bytes) } catch {
      try Violation.unless(!"\(error)".contains(canary), "no error repeats its input")
      return error.code.rawValue
    }
    let now = Date(timeIntervalSince1970: 1_900_000_000)
    let readers: [(String, (JSONValue) throws -> Void)] = [
      ("login", { _ = try LoginBody($0) }), ("password", { _ = try PasswordBody($0) }),
      ("code", { _ = TOTP(secret: SecretBytes(copying: [1, 2])).step(of: try OneTimeCode($0).digits, at: now) }),
      ("session", { _ = try SessionBody($0, at: now) }), ("agent", { _ = try AgentBody($0) }),
      ("secret", { _ = try SecretBody($0) }), ("value", { _ = try SecretValueBody($0) }),
      ("revocation", { _ = try RevocationBody($0) }), ("API key", { _ = try APIKeyBody($0, now: now) }),
      ("secret change", { _ = try SecretChangeBody($0) }), ("transit key", { _ = try TransitKeyBody($0) }),
      ("transit key change", { _ = try TransitKeyChangeBody($0) }), ("plaintext", { _ = try PlaintextBody($0) }),
      ("ciphertext", { _ = try CiphertextBody($0) }), ("limit", { _ = try RewrapLimitRoute.rate(in: $0) }),
      ("reveal", { _ = try RevealRoute.environment(in: $0) }),
    ]
    var accepted: [String] = []
    for (name, read) in readers {
      do {
        try read(json)
        accepted.append(name)
      } catch let error as APIError {
        try Violation.unless(error.status == .badRequest, "a body that doesn't fit is the client's fault")
        let told = error.message + JSONValue.object(error.extra).canonicalText
        // The name of a member is told, as else nobody could find it.
        try Violation.unless(json.namesHold(canary) || !told.contains(canary), "no error repeats a value: \(name)")
      }
    }
    return accepted.isEmpty ? json.kind : accepted.joined(separator: " ")
  }

  static let credentials = FuzzTarget(
    name: "credentials", dictionary: ["tk_live_", "agt_", "ags_", "$scrypt$", "ln=4,r=1,p=1", "$", "_", "=", "@", "-"],
    seeds: {
      let agent = AgentCredential.generate(random: .seeded(1))
      return [
        Array(APIKey.generate(random: .seeded(2)).exposed().utf8),
        Array("\(agent.agentID) \(agent.exposedSecret())".utf8),
        Array(PasswordHash.decoy(random: .seeded(3)).text.utf8), Array("ada@example.com".utf8),
      ]
    }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    if let key = APIKey(text) {
      try Violation.unless(key.exposed() == text, "an API key is written in one way")
      return "API key"
    }
    if let hash = PasswordHash(text) {
      try Violation.unless(PasswordHash(hash.text) == hash, "a hash is the same when written and read")
      return "hash"
    }
    if let email = EmailAddress(text) {
      try Violation.unless(EmailAddress(email.text) == email, "an address is the same when written and read")
      return "email"
    }
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2, let agent = AgentCredential(agentID: parts[0], secret: parts[1]) else { return "nothing" }
    try Violation.unless(
      agent.agentID == parts[0] && agent.exposedSecret() == parts[1], "an agent's secret is written in one way")
    return "agent"
  }
}

extension JSONValue {
  /// Whether the name of any member, at any depth, has a text in it.
  func namesHold(_ text: String) -> Bool {
    switch self {
    case .null, .bool, .number, .string: false
    case .array(let elements): elements.contains { $0.namesHold(text) }
    case .object(let members): members.contains { $0.key.contains(text) || $0.value.namesHold(text) }
    }
  }
}
