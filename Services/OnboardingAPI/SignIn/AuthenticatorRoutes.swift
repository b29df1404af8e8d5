import Hummingbird
import JSON
import Logging
import QRCode
import Repository

/// `POST /admin/auth/totp`, `/admin/auth/totp/confirm` and `/admin/auth/step-up`: a person's one-time codes.
struct AuthenticatorRoutes: Sendable {
  /// How long ago the person may have stepped up who replaces their authenticator.
  static let stepUpAge = Duration.seconds(300)

  let authenticators: Authenticators
  let stepUp: StepUpAuthority

  /// `{"password"}`: begins an enrolment, with the secret as a URI and as a QR code, never shown again. Who has an authenticator already must step up with it first.
  func begin(_ request: Request, context: AdminContext) async throws -> Response {
    let person = try await authenticators.person(context.identity)
    if person.secret != nil {
      try await stepUp.demand(within: Self.stepUpAge, by: context.identity, in: request)
    }
    let body = try PasswordBody(try await request.json(limit: PasswordBody.limit))
    let uri = try await authenticators.begin(for: person, body.password)
    return Response(json: ["otpauth_uri": .string(uri), "qr_svg": .string(try QRCode(uri).svg)])
  }

  /// `{"totp"}`: ends an enrolment with the first code of the new authenticator.
  func confirm(_ request: Request, context: AdminContext) async throws -> Response {
    let code = try OneTimeCode(try await request.json(limit: OneTimeCode.limit))
    let person = try await authenticators.person(context.identity)
    try await authenticators.confirm(code, for: person, actorID: context.identity.subject)
    context.logger.info("authenticator enrolled", metadata: ["user": .string(context.identity.subject)])
    return Response(json: ["confirmed": true])
  }

  /// `{"totp"}`: a step-up token.
  func stepUp(_ request: Request, context: AdminContext) async throws -> Response {
    let code = try OneTimeCode(try await request.json(limit: OneTimeCode.limit))
    let identity = context.identity
    try await authenticators.verify(code, of: try await authenticators.person(identity))
    let issued = try await stepUp.issue(to: identity.subject, of: identity.tenantID)
    context.logger.info("stepped up", metadata: ["user": .string(identity.subject)])
    return Response(json: [
      "step_up_token": .string(issued.token), "issued_at": .timestamp(issued.issuedAt),
      "expires_at": .timestamp(issued.expiresAt),
    ])
  }
}
