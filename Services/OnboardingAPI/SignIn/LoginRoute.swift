import Cryptography
import Hummingbird
import JSON
import Logging
import Repository

/// `POST /admin/auth/login`: an admin token for who proves their password, and the same as a cookie for browsers.
struct LoginRoute: Sendable {
  let signIn: SignIn

  func respond(to request: Request, context: APIContext) async throws -> Response {
    // Else another's page could sign somebody in as somebody else, who then sees what they do.
    try request.refuseOtherOrigins()
    let body = try LoginBody(try await request.json(limit: LoginBody.limit))
    let address = ClientAddress(of: request, from: context.peer, proxies: signIn.proxies)
    let issued = try await signIn.token(for: body.email, body.password, from: address)
    context.logger.info(
      "signed in",
      metadata: [
        "tenant_id": "\(issued.user.tenantID)", "user": .string(.lowercased(issued.user.id)),
        "address": "\(address.text)",
      ])
    await keepHashCurrent(of: issued, body.password, context.logger)
    var response = Response(json: [
      "token": .string(issued.token), "token_type": "Bearer", "expires_at": .timestamp(issued.expiresAt),
    ])
    response.setCookie(SessionCookie.holding(issued.token, for: Int(SignIn.lifetime)))
    return response
  }

  /// Whoever proved their password is let in, whether or not it can be hashed anew now.
  private func keepHashCurrent(of issued: SignIn.Issued, _ password: SecretBytes, _ logger: Logger) async {
    let user: Logger.Metadata = ["user": .string(.lowercased(issued.user.id))]
    do {
      if try await signIn.rehash(password, of: issued) { logger.info("password rehashed", metadata: user) }
    } catch {
      logger.warning("password not rehashed", metadata: user.merging(["reason": "\(error)"]) { $1 })
    }
  }
}
