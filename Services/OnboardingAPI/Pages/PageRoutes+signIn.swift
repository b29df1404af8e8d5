import FoundationEssentials
import HTTPTypes
import Hummingbird
import Repository

extension PageRoutes {
  /// Answers a page to who is signed in, and the way there to everybody else; what fails is a page too.
  func signedIn(
    _ request: Request, _ context: APIContext, _ page: (AdminIdentity, Request, APIContext) async throws -> Response
  ) async throws -> Response {
    guard let identity = try await identity(request) else {
      let wanted = request.uri.path + (request.uri.query.map { "?\($0)" } ?? "")
      return Response(seeOther: "/sign-in?next=\(wanted.inQuery)")
    }
    do { return try await page(identity, request, context) } catch {
      guard let known = (error as? any APIErrorConvertible)?.apiError else { throw error }
      return try templates.page("refusal", RefusalPage(known, requestID: context.requestID), status: known.status)
    }
  }

  /// Who the cookie is of, while their sign-in lasts.
  private func identity(_ request: Request) async throws -> AdminIdentity? {
    guard let cookie = request.cookies[SessionCookie.name]?.value else { return nil }
    let identity: AdminIdentity
    do { identity = try await tokens.identity(of: cookie) } catch let error as APIError
      where error.status == .unauthorized
    { return nil }
    return try await users.isSignedIn(identity, at: Date()) ? identity : nil
  }

  func signInForm(_ request: Request, context: APIContext) async throws -> Response {
    let next = SignInForm.page(request.uri.queryParameters["next"].map(String.init))
    guard try await identity(request) == nil else { return Response(seeOther: next) }
    return try templates.page("sign-in", SignInPage(next: next))
  }

  /// The form of the sign-in page, which needs no script.
  func enter(_ request: Request, context: APIContext) async throws -> Response {
    try request.refuseOtherOrigins()
    let form = try await SignInForm.read(request)
    do {
      let issued = try await signIn.admit(form.credentials(), request, context)
      var response = Response(seeOther: form.destination)
      response.setCookie(SessionCookie.holding(issued.token, for: Int(SignIn.lifetime)))
      return response
    } catch {
      guard let known = (error as? any APIErrorConvertible)?.apiError else { throw error }
      var page = SignInPage(next: form.destination, email: form.email)
      page.failure = known.message
      return try templates.page("sign-in", page, status: known.status)
    }
  }

  /// The button that every page has, which needs no script either.
  func leave(_ request: Request, context: APIContext) async throws -> Response {
    try request.refuseOtherOrigins()
    if let identity = try await identity(request), let sessionID = identity.sessionID {
      try await users.end(sessionID, of: identity.tenantID)
    }
    var response = Response(seeOther: "/sign-in")
    response.setCookie(SessionCookie.none)
    return response
  }
}

extension Response {
  /// 303: the browser goes there with a GET, whatever it came with.
  init(seeOther path: String) {
    self.init(status: .seeOther, headers: [.location: path])
  }
}
