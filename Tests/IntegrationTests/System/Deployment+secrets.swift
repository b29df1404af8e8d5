import CloudKMS
import Cryptography
import Envelope
import Foundation
import JSON
import Postgres
import Repository
import Testing

extension Deployment {
  /// Makes secrets over the API.
  /// - Returns: their values by name.
  func makeSecrets(_ count: Int, for tenant: Tenant, prefix: String = "SECRET") async throws -> [String: String] {
    var values: [String: String] = [:]
    for index in 0..<count { values["\(prefix)_\(index)"] = "value \(index) \(UUID().uuidString)" }
    try await withThrowingTaskGroup { group in
      for (name, value) in values {
        group.addTask {
          let answer = try await client.post(
            "/v1/secrets", token: tenant.apiKey, ["name": .string(name), "value": .string(value)])
          try #require(answer.status == 201, "\(answer)")
        }
      }
      try await group.waitForAll()
    }
    return values
  }

  /// The tenant's newest rewrap job, once it has ended.
  func finishedRewrap(of tenant: Tenant) async throws -> JSONValue {
    try await eventually("the rewrap to end") {
      guard
        case .array(let jobs)? = try await client.get("/admin/tenant-kms/rewrap", token: tenant.ownerToken).json["jobs"],
        let job = jobs.first, job["status"] != "running"
      else { return nil }
      return job
    }
  }

  /// Reads every secret out of the tables and decrypts it as a stranger to the services would have to: with the rows,
  /// the customer's key and nothing else.
  func decryptedSecrets(
    of tenant: Tenant, with account: CustomerAWSAccount
  ) async throws -> (values: [String: String], keyVersions: [Int32]) {
    try await decryptedSecrets(of: tenant, with: account.key())
  }

  /// The same with a key in any cloud.
  func decryptedSecrets(
    of tenant: Tenant, with key: any KeyEncryptionKey
  ) async throws -> (values: [String: String], keyVersions: [Int32]) {
    let pool = database.pool(size: 1)
    let version = try await KeyStore(pool: pool).activeVersion(of: tenant.id)
    let provider = try #require(version.wrapping.provider)
    let master = try await key.unwrap(
      WrappedKey(ciphertext: version.wrapping.wrappedKey, keyReference: provider.wrappingKey),
      context: EncryptionContext(tenantID: tenant.id, keyVersion: UInt32(version.version)))
    let cipher = try EnvelopeCipher(key: master, kind: .dataKey, keyVersion: UInt32(version.version))
    let rows = try await pool.execute(
      """
      SELECT s.name, v.id, v.value_version, v.key_version, v.wrapped_key, v.payload FROM secret_values v
      JOIN secrets s ON s.tenant_id = v.tenant_id AND s.id = v.secret_id WHERE v.tenant_id = $1
      """, [.uuid(tenant.id)])
    var values: [String: String] = [:]
    for row in rows {
      let sealed = SealedValue(
        wrappedKey: try row.get("wrapped_key", as: [UInt8].self), payload: try row.get("payload", as: [UInt8].self))
      let address = ValueAddress(
        tenantID: tenant.id, table: .secretValues, rowID: try row.get("id", as: UUID.self),
        valueVersion: UInt32(try row.get("value_version", as: Int32.self)))
      let value = try sealed.open(at: address, under: cipher).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
      values[try row.get("name", as: String.self)] = value
    }
    let keyVersions = try rows.map { try $0.get("key_version", as: Int32.self) }
    await pool.shutdown()
    return (values, keyVersions)
  }
}
