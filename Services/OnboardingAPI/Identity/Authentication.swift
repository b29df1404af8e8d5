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
    if let sessionID = identity.sessionID {
      guard try await users.isOpen(sessionID, of: identity.tenantID, at: Date()) else {
        throw AdminTokenVerifier.refused
      }
    }
    context.admin = identity
    context.logger[metadataKey: "tenant_id"] = "\(identity.tenantID)"
    return try await next(request, context)
  }
}

/// Lets requests with a valid API key into the routes behind it.
struct APIKeyAuthentication: RouterMiddleware {
  let tenants: TenantStore

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    var context = context
    guard let key = APIKey(try request.bearerToken()), let tenantID = try await tenants.tenantID(of: key) else {
      throw APIError.notAuthenticated("the API key is not valid")
    }
    context.tenantID = tenantID
    context.logger[metadataKey: "tenant_id"] = "\(tenantID)"
    return try await next(request, context)
  }
}
