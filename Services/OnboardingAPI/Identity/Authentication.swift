import Commands
import FoundationEssentials
import Hummingbird
import Logging
import Repository

/// Lets requests with a valid admin token into the routes behind it: one that a sign-in gave out is valid only while the
/// sign-in lasts.
struct AdminAuthentication: RouterMiddleware {
  let tokens: AdminTokenVerifier
  let users: UserStore

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    let identity = try await tokens.identity(of: request.adminToken())
    guard try await users.isSignedIn(identity, at: Date()) else { throw AdminTokenVerifier.refused }
    context.admin = identity
    context.logger[metadataKey: "tenant_id"] = .string(identity.tenantID.text)
    return try await AuditOrigin.acting(as: identity.subject) { try await next(request, context) }
  }
}

extension UserStore {
  /// Whether the sign-in that gave out a token still lasts; a token that none gave out lasts by itself.
  func isSignedIn(_ identity: AdminIdentity, at time: Date) async throws -> Bool {
    guard let sessionID = identity.sessionID else { return true }
    return try await isOpen(sessionID, of: identity.tenantID, at: time)
  }
}

/// Lets requests with a valid API key into the routes behind it.
struct APIKeyAuthentication: RouterMiddleware {
  let keys: APIKeyVerifier
  /// Bounds each key's requests; nil for any number.
  let limiter: RateLimiter?

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    let key = try await keys.verify(try request.bearerToken())
    if let seconds = limiter?.take(key.id) {
      throw APIError.rateLimited("too many requests with this API key; wait, then try again", retryAfter: seconds)
    }
    context.apiKey = key
    context.logger[metadataKey: "tenant_id"] = .string(key.tenantID.text)
    return try await AuditOrigin.acting(as: "api_key:\(key.id)") { try await next(request, context) }
  }
}
