import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Repository

/// `POST /admin/tenant-kms/rotate`: a new master key under the same configuration, to which everything is rewrapped.
struct RotateRoute: Sendable {
  let keys: KeyStore
  let generation: KeyGeneration

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    guard let configuration = try await keys.configuration(of: identity.tenantID) else {
      throw APIError.noKMSConfiguration
    }
    guard configuration.sealedSince == nil else { throw APIError.sealedAgainstChange }
    let version = try await keys.activeVersion(of: identity.tenantID).version + 1
    let key = try await generation.newKey(version, of: identity.tenantID, under: configuration.candidate).key
    let leaseID = try await APIError.oneAtATime {
      try await keys.rotate(to: key, of: identity.tenantID, actorID: identity.subject, at: Date())
    }
    return Response(json: ["rotated": true, "new_version": .integer(version), "rewrap_lease_id": .id(leaseID)])
  }
}

extension APIError {
  /// Not the 503 of a call that needs the key to read or write: whether this one makes sense is the caller's to decide.
  static let sealedAgainstChange = APIError(
    status: .conflict, type: "tenant_sealed",
    message: "the tenant is sealed, so its data could not be re-encrypted; restore the grant first")

  /// Makes a change of the tenant's active version.
  /// - Throws: 409 `rotation_in_progress` where another such change came first.
  static func oneAtATime<Result>(_ change: () async throws -> Result) async throws -> Result {
    do { return try await change() } catch let error as RepositoryError where error.code == .keyVersionMoved {
      throw APIError(
        status: .conflict, type: "rotation_in_progress",
        message: "another change of this tenant's key came first; nothing was changed, look and try again")
    }
  }
}
