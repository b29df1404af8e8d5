import CloudKMS
import FoundationEssentials
import Hummingbird
import JSON
import Logging
import Repository

/// `POST /admin/tenant-kms`: onboards a tenant's key, or replaces it.
struct OnboardRoute: Sendable {
  /// The longest body accepted: more than the longest valid one.
  static let bodyLimit = 64 << 10
  /// How often a verification is repeated because the tenant's key version moved on during it.
  static let attempts = 3

  let keys: KeyStore
  let generation: KeyGeneration

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    let candidate = try KMSCandidate.parse(try await request.json(limit: Self.bodyLimit))
    if let externalID = candidate.externalID,
      try await keys.isExternalIDTaken(externalID, by: identity.tenantID)
    {
      throw RepositoryError.externalIDInUse
    }
    for _ in 1..<Self.attempts {
      do { return try await onboard(candidate, identity) } catch let error as RepositoryError
        where error.code == .keyVersionMoved
      {
        context.logger.info("key version moved on during the verification; verifying again")
      }
    }
    return try await onboard(candidate, identity)
  }

  private func onboard(_ candidate: KMSCandidate, _ identity: AdminIdentity) async throws -> Response {
    let version = try await keys.activeVersion(of: identity.tenantID).version + 1
    let made = try await generation.newKey(version, of: identity.tenantID, under: candidate)
    _ = try await keys.onboard(
      made.key, under: made.provider, of: identity.tenantID, actorID: identity.subject, at: Date())
    var answer: [String: JSONValue] = [
      "ok": true, "provider": .string(candidate.provider.rawValue), "kms_key_ref": .string(candidate.keyReference),
      "new_key_version": .integer(version), "new_key_id": .id(made.key.id), "rewrap_status": "enqueued",
      "note": .string(Self.note),
    ]
    if !made.warnings.isEmpty { answer["warnings"] = .array(made.warnings.map { .string($0) }) }
    return Response(json: .object(answer))
  }

  private static let note =
    "The tenant's existing data is now being re-encrypted under the new key in the background. Agent sessions that are "
    + "already running stay valid for up to 5 more minutes."
}
