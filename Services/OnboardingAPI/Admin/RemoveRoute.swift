import FoundationEssentials
import Hummingbird
import JSON
import Repository

/// `DELETE /admin/tenant-kms`: back to the platform's wrapping.
struct RemoveRoute: Sendable {
  let keys: KeyStore
  let generation: KeyGeneration

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    let version = try await keys.activeVersion(of: identity.tenantID).version + 1
    let key = try await generation.newPlatformKey(version, of: identity.tenantID)
    let leaseID = try await APIError.oneAtATime {
      try await keys.removeConfiguration(
        replacingKeyBy: key, of: identity.tenantID, actorID: identity.subject, at: Date())
    }
    return Response(json: ["removed": true, "new_version": .integer(version), "rewrap_lease_id": .id(leaseID)])
  }
}
