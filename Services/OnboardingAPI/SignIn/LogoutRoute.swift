import HTTPTypes
import Hummingbird
import Repository

/// `POST /admin/auth/logout`: ends the sign-in of the token, in every process at once.
struct LogoutRoute: Sendable {
  let users: UserStore

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    guard let sessionID = identity.sessionID else {
      throw APIError(
        status: .conflict, type: "conflict", message: "no sign-in here gave this token out; it ends by itself alone")
    }
    try await users.end(sessionID, of: identity.tenantID)
    var response = Response(status: .noContent)
    response.setCookie(SessionCookie.none)
    return response
  }
}
