import CloudKMS
import HTTPTypes
import Hummingbird
import JSON
import Repository

/// `GET /admin/tenant-kms`: the tenant's key management service and its key versions, newest first.
struct ConfigurationRoute: Sendable {
  let keys: KeyStore

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let tenantID = context.identity.tenantID
    guard let configuration = try await keys.configuration(of: tenantID) else {
      throw APIError.noKMSConfiguration
    }
    return Response(json: [
      "config": Self.json(configuration),
      "keys": .array(try await keys.versions(of: tenantID).map(Self.json)),
    ])
  }

  private static func json(_ configuration: KMSConfiguration) -> JSONValue {
    [
      "provider": .string(configuration.provider), "kms_key_ref": .string(configuration.keyReference),
      "config": configuration.configuration.removing("external_id"),
      "sealed_since": .timestamp(configuration.sealedSince),
      "last_verified_at": .timestamp(configuration.lastVerifiedAt),
      "last_verify_error": configuration.lastVerifyError.map { .string($0) } ?? .null,
    ]
  }

  private static func json(_ key: KeyVersion) -> JSONValue {
    [
      "id": .id(key.id), "version": .integer(key.version), "wrap_method": .string(key.wrapping.method.rawValue),
      "status": .string(key.status.rawValue), "created_at": .timestamp(key.createdAt),
      "retired_at": .timestamp(key.retiredAt),
    ]
  }
}

extension JSONValue {
  /// An object without one of its members.
  fileprivate func removing(_ name: String) -> JSONValue {
    guard case .object(var members) = self else { return self }
    members[name] = nil
    return .object(members)
  }
}
