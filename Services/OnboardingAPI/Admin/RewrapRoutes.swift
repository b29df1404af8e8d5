import Hummingbird
import JSON
import Repository

/// `GET /admin/tenant-kms/rewrap` and `/rewrap/{lease_id}`: the tenant's rewrap jobs, as far as they are committed.
struct RewrapRoutes: Sendable {
  let rewraps: RewrapStore

  func list(_ request: Request, context: AdminContext) async throws -> Response {
    let jobs = try await rewraps.jobs(of: context.identity.tenantID)
    return Response(json: ["jobs": .array(jobs.map(Self.json))])
  }

  func show(_ request: Request, context: AdminContext) async throws -> Response {
    guard let job = try await rewraps.job(try context.id("lease_id"), of: context.identity.tenantID) else {
      throw APIError.notFound("no such rewrap job")
    }
    return Response(json: Self.json(job))
  }

  private static func json(_ job: RewrapJob) -> JSONValue {
    [
      "rewrap_lease_id": .id(job.id), "status": .string(job.status.rawValue),
      "target_version": .integer(job.targetVersion), "total": .integer(job.total),
      "processed": .integer(job.processed), "failed": .integer(job.failed),
      "rows_per_second": job.rowsPerSecond.map { .number($0.rounded()) } ?? .null,
      "eta_seconds": job.secondsLeft.map { .number($0.rounded(.up)) } ?? .null,
      "started_at": .timestamp(job.startedAt), "finished_at": .timestamp(job.finishedAt),
    ]
  }
}
