import Cryptography

/// One numbered change of the schema, embedded in the executable so that an image needs no files beside it.
struct Migration: Sendable {
  let version: Int32
  let name: String
  let sql: [UInt8]

  /// SHA-256 of the SQL, stored when it is applied: a migration that was edited afterwards is refused.
  var checksum: [UInt8] { SHA256.hash(sql) }

  /// Every migration, in the order of application. Applied ones are never edited; a change is a new one.
  static let all = [
    Migration(version: 1, name: "tenants_and_keys", sql: PackageResources._001_tenants_and_keys_sql),
    Migration(version: 2, name: "secrets", sql: PackageResources._002_secrets_sql),
    Migration(version: 3, name: "rewrap", sql: PackageResources._003_rewrap_sql),
    Migration(version: 4, name: "outbox", sql: PackageResources._004_outbox_sql),
    Migration(version: 5, name: "audit_chain", sql: PackageResources._005_audit_chain_sql),
    Migration(version: 6, name: "audit_by_tenant", sql: PackageResources._006_audit_by_tenant_sql),
    Migration(version: 7, name: "rewrap_limits", sql: PackageResources._007_rewrap_limits_sql),
    Migration(version: 8, name: "grants", sql: PackageResources._008_grants_sql),
    Migration(version: 9, name: "key_holders", sql: PackageResources._009_key_holders_sql),
    Migration(version: 10, name: "agents", sql: PackageResources._010_agents_sql),
    Migration(version: 11, name: "audit_log", sql: PackageResources._011_audit_log_sql),
    Migration(version: 12, name: "users", sql: PackageResources._012_users_sql),
    Migration(version: 13, name: "transit_keys", sql: PackageResources._013_transit_keys_sql),
    Migration(version: 16, name: "api_key_scopes", sql: PackageResources._016_api_key_scopes_sql),
    Migration(version: 17, name: "idempotency", sql: PackageResources._017_idempotency_sql),
    Migration(version: 20, name: "isolation", sql: PackageResources._020_isolation_sql),
    Migration(version: 21, name: "key_uses", sql: PackageResources._021_key_uses_sql),
    Migration(version: 22, name: "narrower_rights", sql: PackageResources._022_narrower_rights_sql),
    Migration(version: 23, name: "outbox_trace", sql: PackageResources._023_outbox_trace_sql),
  ]
}
