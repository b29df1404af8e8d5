import Hummingbird

/// `GET /admin/tenant-kms/platform`: whom the customer has to trust in each cloud, and what to paste for that.
struct PlatformRoute: Sendable {
  let platform: PlatformIdentity

  func respond(to _: Request, context: AdminContext) async throws -> Response {
    Response(json: try await platform.guides(for: context.identity.tenantID))
  }
}
