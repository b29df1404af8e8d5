import Hummingbird
import HummingbirdCore
import Repository

/// Adds routes below `/v1`, each behind its line of the table: what it takes is decided before it sees anything of the
/// request.
struct TenantRouter {
  /// Behind the API key.
  let group: RouterGroup<TenantContext>

  func on(
    _ route: TenantRoute, use respond: @escaping @Sendable (Request, TenantContext) async throws -> Response
  ) {
    let line = route.line
    let scope = line.scope
    group.on(RouterPath(line.path), method: line.method) { request, context in
      guard context.apiKey.scopes.contains(scope) else {
        throw APIError.permissionDenied("this API key lacks the scope \(scope.rawValue)")
      }
      return try await respond(request, context)
    }
  }
}
