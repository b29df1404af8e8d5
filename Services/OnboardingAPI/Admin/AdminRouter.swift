import Hummingbird
import HummingbirdCore

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
      try route.admit(context.identity.role)
      if let seconds = route.stepUpSeconds {
        try await stepUp.demand(within: .seconds(seconds), by: context.identity, in: request)
      }
      do { return try await respond(request, context) } catch let error as APIError { throw error.inAdminsWords }
    }
  }
}
