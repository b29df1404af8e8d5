import FoundationEssentials
import HTTPClient
import JWTKit

/// Keys that the issuer publishes at a URL (RFC 7517 §5), fetched when they are first needed, when they are old, and,
/// at most every ten seconds, when a token names one that is unknown: issuers rotate.
actor JWKSKeySource: TokenKeySource {
  nonisolated let algorithms: Set<String> = ["ES256", "RS256"]

  private static let maximumAge = Duration.seconds(300)
  private static let minimumInterval = Duration.seconds(10)

  private let url: String
  private let client: HTTPClient
  private let clock = ContinuousClock()
  private var known: (keys: JWTKeyCollection, ids: Set<String>, fetchedAt: ContinuousClock.Instant)?

  init(url: String, client: HTTPClient) {
    self.url = url
    self.client = client
  }

  func collection(for header: TokenHeader) async throws -> JWTKeyCollection {
    if let known {
      let age = clock.now - known.fetchedAt
      let isKnown = header.kid.map { known.ids.contains($0) } ?? true
      if age < (isKnown ? Self.maximumAge : Self.minimumInterval) { return known.keys }
    }
    return try await fetch()
  }

  private func fetch() async throws -> JWTKeyCollection {
    let response: HTTPResponse
    do { response = try await client.send(HTTPRequest(method: "GET", url: url)) } catch {
      throw APIError.unavailable("the token issuer")
    }
    guard response.status == 200,
      let set = try? JSONDecoder().decode(JWKS.self, from: Data(response.body))
    else { throw APIError.unavailable("the token issuer") }
    let keys = JWTKeyCollection()
    // Symmetric keys have no place in a published set: one there would let anybody sign.
    for key in set.keys where key.keyType == .ecdsa || key.keyType == .rsa { try await keys.add(jwk: key) }
    known = (keys, Set(set.keys.compactMap { $0.keyIdentifier?.string }), clock.now)
    return keys
  }
}
