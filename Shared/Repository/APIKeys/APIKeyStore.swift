import Cryptography
import FoundationEssentials
public import Postgres

/// The tenants' API keys.
public struct APIKeyStore: Sendable {
  let pool: PostgresPool

  /// Creates the store of a database.
  public init(pool: PostgresPool) { self.pool = pool }

  /// What is known of a presented key; nil where there is none, its secret differs (compared in constant time), or it
  /// was revoked. Whether it has expired is the caller's to compare.
  /// - Throws: ``RepositoryError`` with `unknownValue`; `PostgresError`.
  public func verify(_ key: APIKey) async throws -> VerifiedAPIKey? {
    let row = try await pool.tenant(ofAPIKey: key.id).execute(Self.lookUp, [.text(key.id)]).first
    guard let row, constantTimeEquals(try row.get("secret_hash", as: [UInt8].self), key.secretHash) else { return nil }
    return VerifiedAPIKey(
      id: key.id, tenantID: try row.get("tenant_id", as: UUID.self),
      scopes: try Self.scopes(try row.get("scopes", as: [String]?.self)),
      expiresAt: try row.get("expires_at", as: Date?.self))
  }

  /// Null stands for all, so that a key of before there were scopes can do what it could.
  static func scopes(_ names: [String]?) throws -> Set<APIKeyScope> {
    guard let names else { return Set(APIKeyScope.allCases) }
    return Set(
      try names.map { name in
        guard let scope = APIKeyScope(rawValue: name) else {
          throw RepositoryError(.unknownValue(column: "scopes", name))
        }
        return scope
      })
  }

  private static let lookUp = PostgresStatement(
    "SELECT tenant_id, secret_hash, scopes, expires_at FROM api_keys WHERE id = $1 AND revoked_at IS NULL")
}
