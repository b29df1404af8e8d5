import FoundationEssentials
import Repository

/// Tells whose a presented API key is and what it may be used for.
struct APIKeyVerifier: Sendable {
  /// Nil for a key that isn't there, isn't right or was revoked.
  let load: @Sendable (APIKey) async throws -> VerifiedAPIKey?
  var now: @Sendable () -> Date = { Date() }

  /// - Throws: 401 where the text is no key, or no longer one; what the loading throws.
  func verify(_ text: String) async throws -> VerifiedAPIKey {
    guard let key = APIKey(text), let found = try await load(key) else { throw Self.refused }
    if let expiresAt = found.expiresAt, expiresAt <= now() { throw Self.refused }
    return found
  }

  private static let refused = APIError.notAuthenticated("the API key is not valid")
}
