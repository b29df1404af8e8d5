import FoundationEssentials
import HTTPClient
import JWTKit

/// Keys that the issuer publishes at a URL (RFC 7517 §5): fetched when they are first needed, when they are old, and
/// when a token names one that is unknown, since issuers rotate; but at most every ten seconds, whatever tokens name.
actor JWKSKeySource: TokenKeySource {
  nonisolated let algorithms: Set<String> = ["ES256", "RS256"]

  private static let maximumAge = Duration.seconds(300)
  private static let minimumInterval = Duration.seconds(10)

  private let url: String
  private let transport: any HTTPTransport
  private let epoch: @Sendable () -> Duration
  /// The last fetch, under way or over.
  private var last: (fetch: Task<PublishedKeys, any Error>, startedAt: Duration)?

  init<C: Clock<Duration>>(url: String, transport: any HTTPTransport, clock: C = ContinuousClock()) {
    self.url = url
    self.transport = transport
    let start = clock.now
    epoch = { start.duration(to: clock.now) }
  }

  /// - Throws: 503 where the issuer can't be reached, or its answer is no key set.
  func collection(for header: TokenHeader) async throws -> JWTKeyCollection {
    if let last {
      let age = epoch() - last.startedAt
      if age < Self.minimumInterval { return try await last.fetch.value.collection }
      if age < Self.maximumAge, case .success(let keys) = await last.fetch.result, keys.contain(header.kid) {
        return keys.collection
      }
    }
    return try await fetch().collection
  }

  /// A task of its own, so that those who wait for it share it, and none of them can cancel it for the others.
  private func fetch() async throws -> PublishedKeys {
    if let last, epoch() - last.startedAt < Self.minimumInterval { return try await last.fetch.value }
    let fetch = Task { [url, transport] in
      do { return try await PublishedKeys(transport.send(HTTPRequest(method: "GET", url: url))) } catch {
        throw APIError.unavailable("the token issuer")
      }
    }
    last = (fetch, epoch())
    return try await fetch.value
  }
}

/// The keys of a published set that can verify a token.
private struct PublishedKeys: Sendable {
  let collection = JWTKeyCollection()
  private var ids: Set<String> = []

  init(_ response: HTTPResponse) async throws {
    guard response.status == 200 else { throw APIError.unavailable("the token issuer") }
    for key in try JSONDecoder().decode(KeySet.self, from: Data(response.body)).keys {
      // Symmetric keys have no place in a published set: one there would let anybody sign.
      guard let key = key.jwk, key.keyType == .ecdsa || key.keyType == .rsa, let id = key.keyIdentifier?.string else {
        continue
      }
      do { try await collection.add(jwk: key) } catch { continue }
      ids.insert(id)
    }
  }

  /// - Parameter id: nil where the token names none: the set's first key then has to do.
  func contain(_ id: String?) -> Bool { id.map { ids.contains($0) } ?? true }

  private struct KeySet: Decodable {
    let keys: [Key]
  }

  /// A set may hold keys for other uses or of kinds unknown here, which are to be ignored (RFC 7517 §5).
  private struct Key: Decodable {
    let jwk: JWK?

    init(from decoder: any Decoder) {
      do { jwk = try JWK(from: decoder) } catch { jwk = nil }
    }
  }
}
