import Commands
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import Logging
import MasterKeys
import Repository
import Transit

/// `POST /admin/tenant-kms/versions/{version}/revoke`: wipes a key version; with `erase`, whatever it still wraps is gone.
struct RevokeRoute: Sendable {
  /// How long the answer waits for every process's word that it dropped the key.
  static let patience = Duration.seconds(2)

  let keys: KeyStore
  let generation: KeyGeneration
  let masterKeys: MasterKeys
  let keyring: TransitKeyring
  let watch: EvictionWatch

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    guard let number = context.parameters.get("version").flatMap({ Int32($0) }), number >= 0 else {
      throw APIError.notFound("no such key version")
    }
    let body = try RevocationBody(try await request.json(limit: RevocationBody.limit))
    let order = KeyRevocationOrder(
      version: number, erases: body.erases, confirmation: body.confirmation, actorID: identity.subject)
    guard let version = try await keys.version(number, of: identity.tenantID) else {
      throw RepositoryError.noSuchVersion
    }
    let (revocation, replacement) = try await revoke(order, identity)
    let revokedAt = Date()
    masterKeys.evict(identity.tenantID)
    keyring.evict(identity.tenantID)
    let isEvicted = await isEvicted(version, context.logger)
    let hold = watch.timeToLive.longestHold(of: version) / .seconds(1)
    return Response(
      json: Self.json(
        revocation, of: version, replacement, isEvicted: isEvicted,
        by: isEvicted ? Date() : revokedAt.addingTimeInterval(hold)))
  }

  /// Whether no process holds the key any more. Not to find out is no failure of what has been committed.
  private func isEvicted(_ version: KeyVersion, _ logger: Logger) async -> Bool {
    let event = TenantEvent(.keyRevoked, of: version.tenantID, version: version.version)
    do {
      return try await watch.evictions(of: version, after: event, within: Self.patience).allSatisfy {
        $0.evictedAt != nil
      }
    } catch {
      logger.warning("evictions not watched", metadata: ["error": "\(error)"])
      return false
    }
  }

  private func revoke(
    _ order: KeyRevocationOrder, _ identity: AdminIdentity
  ) async throws -> (KeyRevocation, NewKeyVersion?) {
    let tenantID = identity.tenantID
    do { return (try await keys.revoke(order, replacement: nil, of: tenantID, at: Date()), nil) } catch let error
      as RepositoryError where error.code == .replacementNeeded
    {
      // Everything else about the order is in order, so that it is worth asking a cloud for a key.
      let replacement = try await replacement(for: order.version, of: tenantID)
      let revocation = try await APIError.oneAtATime {
        try await keys.revoke(order, replacement: replacement, of: tenantID, at: Date())
      }
      return (revocation, revocation.leaseID.map { _ in replacement })
    }
  }

  /// The version that takes the place of an active one. Erasing must not depend on a grant that was taken away: where the
  /// tenant is sealed, the platform wraps it.
  private func replacement(for version: Int32, of tenantID: UUID) async throws -> NewKeyVersion {
    guard let configuration = try await keys.configuration(of: tenantID), configuration.sealedSince == nil else {
      return try await generation.newPlatformKey(version + 1, of: tenantID)
    }
    return try await generation.newKey(version + 1, of: tenantID, under: configuration.candidate).key
  }

  private static func json(
    _ revocation: KeyRevocation, of version: KeyVersion, _ replacement: NewKeyVersion?, isEvicted: Bool, by time: Date
  ) -> JSONValue {
    var members: [String: JSONValue] = [
      "revoked": true, "version": .integer(version.version), "rows_erased": .integer(revocation.rowsErased),
      "evicted": .bool(isEvicted), "evicted_by": .timestamp(time), "note": .string(note(on: version)),
    ]
    if let replacement {
      members["new_version"] = .integer(replacement.version)
      members["rewrap_lease_id"] = .id(revocation.leaseID)
    }
    return .object(members)
  }

  private static func note(on version: KeyVersion) -> String {
    let wrapper =
      switch version.wrapping.method {
      case .global: "the deployment's master key"
      case .operatorKMS: "the platform's KMS key"
      case .customerKMS: "the KMS key \(version.wrapping.customerKey?.wrappingKey ?? "")"
      }
    return
      "The wrapped key is wiped from this database. Backups, replicas and write-ahead logs from before may still hold "
      + "it, and whoever has one of those and may use \(wrapper) can unwrap it from there: let them expire, or destroy "
      + "what wrapped it."
  }
}
