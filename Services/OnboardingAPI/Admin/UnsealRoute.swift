import FoundationEssentials
import HTTPTypes
import Hummingbird
import JSON
import MasterKeys
import Repository

/// `POST /admin/tenant-kms/unseal`: looks at a sealed tenant's grant at once, for an admin who has just restored it.
struct UnsealRoute: Sendable {
  let keys: KeyStore
  let grants: GrantStore
  let masterKeys: MasterKeys

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    guard try await keys.configuration(of: identity.tenantID) != nil else { throw APIError.noKMSConfiguration }
    let version = try await keys.activeVersion(of: identity.tenantID)
    guard version.seal != nil else {
      throw APIError(status: .conflict, type: "not_sealed", message: "the tenant is not sealed; nothing was changed")
    }
    let finding = try await masterKeys.look(at: version)
    let state = try await grants.record(finding, of: version, by: identity.subject, at: Date())
    switch finding {
    case .denied(let reason): throw APIError.unsealFailed("access_denied", reason)
    case .faltered(let reason): throw APIError.unsealFailed("unreachable", reason)
    case .answered: break
    }
    // Somebody else's look, or a replacement of the key, may have come first: then what counts is what it led to.
    if state == nil, try await keys.configuration(of: identity.tenantID)?.sealedSince != nil {
      throw APIError.unsealFailed("access_denied", "the key has been denied again meanwhile")
    }
    return Response(json: ["unsealed": true])
  }
}

extension APIError {
  static let noKMSConfiguration = APIError(
    status: .notFound, type: "no_kms_config", message: "this tenant has not brought a key; the platform's wraps it")

  fileprivate static func unsealFailed(_ reason: String, _ sentence: String) -> APIError {
    APIError(
      status: .badGateway, type: "unseal_failed", message: "the tenant stays sealed: \(sentence)",
      extra: ["reason": .string(reason)])
  }
}
