import CloudKMS
import Commands
import FoundationEssentials
import Hummingbird
import JSON
import Logging
import Repository

/// `POST /admin/tenant-kms`: onboards a tenant's key, or replaces it.
///
/// Who accepts `text/event-stream` is sent each step of the verification as `verification.stage`, and then what anybody
/// else is answered, as `result` or `error`: the status of the response itself was said before.
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
    guard request.headers[.accept]?.contains(ServerSentEvent.contentType) == true else {
      return Response(json: try await onboard(candidate, identity, context.logger, progress: nil))
    }
    return Response(eventsOf: context) { send in
      try await onboard(candidate, identity, context.logger) { send(ServerSentEvent($0)) }
    }
  }

  private func onboard(
    _ candidate: KMSCandidate, _ identity: AdminIdentity, _ logger: Logger,
    progress: KeyVerification.Progress?
  ) async throws -> JSONValue {
    for _ in 1..<Self.attempts {
      do { return try await onboard(candidate, identity, progress: progress) } catch let error as RepositoryError
        where error.code == .keyVersionMoved
      {
        logger.info("key version moved on during the verification; verifying again")
      }
    }
    return try await onboard(candidate, identity, progress: progress)
  }

  private func onboard(
    _ candidate: KMSCandidate, _ identity: AdminIdentity, progress: KeyVerification.Progress?
  ) async throws -> JSONValue {
    let version = try await keys.activeVersion(of: identity.tenantID).version + 1
    let made = try await generation.newKey(version, of: identity.tenantID, under: candidate, progress: progress)
    _ = try await keys.onboard(
      made.key, under: made.provider, of: identity.tenantID, actorID: identity.subject, at: Date())
    var answer: [String: JSONValue] = [
      "ok": true, "provider": .string(candidate.provider.rawValue), "kms_key_ref": .string(candidate.keyReference),
      "new_key_version": .integer(version), "new_key_id": .id(made.key.id), "rewrap_status": "enqueued",
      "note": .string(Self.note),
    ]
    if !made.warnings.isEmpty { answer["warnings"] = .array(made.warnings.map { .string($0) }) }
    return .object(answer)
  }

  private static let note =
    "The tenant's existing data is now being re-encrypted under the new key in the background. Agent sessions that are "
    + "already running stay valid for up to 5 more minutes."
}

extension ServerSentEvent {
  fileprivate init(_ step: VerifyKeyProgress) {
    self.init(
      name: "verification.stage",
      data: [
        "stage": .string(step.stage), "state": .string(step.state.rawValue),
        "ms": step.ms.map { .integer($0) } ?? .null, "detail": step.detail.map { .string($0) } ?? .null,
      ])
  }
}
