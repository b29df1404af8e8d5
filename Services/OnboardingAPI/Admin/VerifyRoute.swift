import CloudKMS
import Commands
import Hummingbird
import JSON
import Repository

/// `POST /admin/tenant-kms/verify`: probes the stored configuration again, or a candidate in the body; changes nothing.
struct VerifyRoute: Sendable {
  let keys: KeyStore
  let verification: KeyVerification

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    let candidate = try await candidate(in: request, identity)
    let version = try await keys.activeVersion(of: identity.tenantID).version + 1
    let verified = try await verification.verify(
      candidate, for: identity.tenantID, keyVersion: version, wrapsNewKey: false)
    return Response(json: [
      "ok": true,
      "checks": .array(
        verified.checks.map {
          ["stage": .string($0.stage), "ok": .bool($0.ok), "ms": .integer($0.ms), "detail": .string($0.detail)]
        }),
      "warnings": .array(verified.warnings.map { .string($0) }),
    ])
  }

  private func candidate(in request: Request, _ identity: AdminIdentity) async throws -> KMSCandidate {
    if let body = try await request.jsonIfPresent(limit: OnboardRoute.bodyLimit) {
      let candidate = try KMSCandidate.parse(body)
      if let externalID = candidate.externalID,
        try await keys.isExternalIDTaken(externalID, by: identity.tenantID)
      {
        throw RepositoryError.externalIDInUse
      }
      return candidate
    }
    guard let configuration = try await keys.configuration(of: identity.tenantID) else {
      throw APIError.noKMSConfiguration
    }
    return try configuration.candidate
  }
}
