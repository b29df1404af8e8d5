import Hummingbird
import JSON

/// `POST /admin/auth/login`: an admin token for who proves their password, and the same as a cookie for browsers.
struct LoginRoute: Sendable {
  let signIn: SignIn

  func respond(to request: Request, context: APIContext) async throws -> Response {
    // Else another's page could sign somebody in as somebody else, who then sees what they do.
    try request.refuseOtherOrigins()
    let issued = try await signIn.admit(
      LoginBody(try await request.json(limit: LoginBody.limit)), request, context)
    var response = Response(json: [
      "token": .string(issued.token), "token_type": "Bearer", "expires_at": .timestamp(issued.expiresAt),
    ])
    response.setCookie(SessionCookie.holding(issued.token, for: Int(SignIn.lifetime)))
    return response
  }
}
