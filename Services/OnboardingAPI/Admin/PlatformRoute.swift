import Hummingbird

/// `GET /admin/tenant-kms/platform`: whom the customer's role has to trust, and the policies ready to paste.
struct PlatformRoute: Sendable {
  let platform: PlatformIdentity

  func respond(to _: Request, context: AdminContext) async throws -> Response {
    Response(json: try await platform.guide(for: context.identity.tenantID).json())
  }
}
