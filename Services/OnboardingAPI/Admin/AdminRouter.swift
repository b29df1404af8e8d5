import Hummingbird
import HummingbirdCore
import Repository

/// Adds routes below `/admin`, each behind its line of the matrix: what a route takes is decided before it sees anything
/// of the request.
struct AdminRouter {
  /// Behind the admin token.
  let group: RouterGroup<AdminContext>
  let stepUp: StepUpAuthority

  func on(
    _ route: AdminRoute, use respond: @escaping @Sendable (Request, AdminContext) async throws -> Response
  ) {
    group.on(RouterPath(route.path), method: route.method) { [stepUp] request, context in
      guard route.roles.contains(context.identity.role) else { throw Self.refusal(of: context.identity.role, route) }
      if let seconds = route.stepUpSeconds {
        try await stepUp.demand(within: .seconds(seconds), by: context.identity, in: request)
      }
      return try await respond(request, context)
    }
  }

  private static func refusal(of role: UserRole, _ route: AdminRoute) -> APIError {
    let allowed = UserRole.allCases.filter(route.roles.contains).map(\.rawValue).joined(separator: " or ")
    return .permissionDenied("the role \(role.rawValue) may not do this, only \(allowed)")
  }
}
