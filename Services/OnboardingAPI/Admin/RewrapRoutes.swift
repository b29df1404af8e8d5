import FoundationEssentials
import Hummingbird
import JSON
import Logging
import Repository

/// `/admin/tenant-kms/rewrap`: the tenant's rewrap jobs, as far as they are committed, and what stops them and lets them
/// go on.
struct RewrapRoutes: Sendable {
  let rewraps: RewrapStore

  func list(_ request: Request, context: AdminContext) async throws -> Response {
    let jobs = try await rewraps.jobs(of: context.identity.tenantID)
    return Response(json: ["jobs": .array(jobs.map(\.json))])
  }

  func show(_ request: Request, context: AdminContext) async throws -> Response {
    guard let job = try await rewraps.job(try context.id("lease_id"), of: context.identity.tenantID) else {
      throw APIError.notFound("no such rewrap job")
    }
    return Response(json: job.json)
  }

  /// `POST /rewrap/{lease_id}/pause`
  func pause(_ request: Request, context: AdminContext) async throws -> Response {
    try await move(.pause, context) { try await rewraps.pause($0, of: $1) }
  }

  /// `POST /rewrap/{lease_id}/resume`
  func resume(_ request: Request, context: AdminContext) async throws -> Response {
    try await move(.resume, context) { try await rewraps.resume($0, of: $1, at: Date()) }
  }

  /// `POST /rewrap/{lease_id}/retry-failed`
  func retryFailed(_ request: Request, context: AdminContext) async throws -> Response {
    try await move(.retryFailed, context) { try await rewraps.retryFailed($0, of: $1, at: Date()) }
  }

  private func move(
    _ transition: RewrapTransition, _ context: AdminContext, by change: (UUID, UUID) async throws -> RewrapJob
  ) async throws -> Response {
    let job = try await change(try context.id("lease_id"), context.identity.tenantID)
    context.logger.notice(
      "rewrap job moved",
      metadata: [
        "transition": "\(transition.name)", "lease_id": "\(job.id)", "actor": "\(context.identity.subject)",
        "status": "\(job.status.rawValue)",
      ])
    return Response(json: job.json)
  }
}
