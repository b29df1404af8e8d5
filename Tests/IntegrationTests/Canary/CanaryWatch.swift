import Foundation
import Testing

/// Everything that came out of a deployment, place by place, and the few canaries that belong there.
struct CanaryWatch {
  /// Who may hold what, and nobody else anything.
  static let exemptions: [String: Set<Canary.Kind>] = [
    // Shown once, to whom it is theirs.
    "answer 200 POST /admin/auth/login": [.adminToken],
    "answer 200 POST /admin/auth/step-up": [.stepUpToken],
    "answer 200 POST /admin/auth/totp": [.authenticatorSecret],
    "answer 201 POST /v1/agents": [.agentSecret],
    "answer 201 POST /admin/agents": [.agentSecret],
    "answer 201 POST /admin/api-keys": [.apiKey],
    "answer 200 POST /admin/secrets/:id/reveal": [.secretValue],
    "answer 200 POST /v1/crypto/keys/:name/decrypt": [.secretValue],
    // A role is assumed with it, so every process that does must read it; it is no credential by itself.
    "table tenant_kms_configs": [.externalID],
    "table tenant_keys": [.externalID],
    "table external_id_claims": [.externalID],
    // The candidate of `kms.verify`; what the services prove themselves to the broker by; and what one of them refused,
    // which it puts aside as it came.
    "broker": [.externalID, .brokerPassword, .forgedCommand],
    // Put there by the test, as by an intruder.
    "dead letters": [.forgedCommand],
  ]

  private(set) var places: [String: Data] = [:]

  /// Notes what was seen at a place.
  mutating func note(_ text: String, at place: String) { places[place, default: Data()] += Data(text.utf8) + [0x0A] }

  /// Expects that nothing was seen where it doesn't belong, and that what is exempt was seen: else the exemption is stale,
  /// or the search is blind.
  func expectSilence(of canaries: [Canary]) {
    for (place, bytes) in places {
      for canary in canaries where Self.exemptions[place]?.contains(canary.kind) != true {
        guard let offset = canary.firstMatch(in: bytes) else { continue }
        Issue.record("\(place) holds the \(canary.kind.rawValue): \(Self.excerpt(of: bytes, at: offset))")
      }
    }
    for (place, kinds) in Self.exemptions {
      for kind in kinds {
        let isSeen = canaries.contains { $0.kind == kind && $0.firstMatch(in: places[place] ?? Data()) != nil }
        #expect(isSeen, "\(place) is allowed the \(kind.rawValue), and has none")
      }
    }
  }

  /// What stands before the match, which says what wrote it; not the secret itself.
  private static func excerpt(of bytes: Data, at offset: Int) -> String {
    String(decoding: bytes[max(0, offset - 160)..<offset], as: UTF8.self)
  }
}
