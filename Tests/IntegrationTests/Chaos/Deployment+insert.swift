import CloudKMS
import Cryptography
import Envelope
import Foundation
import Postgres
import Repository
import Testing

/// A secret that was put into the tables past the API.
struct InsertedSecret: Sendable {
  let number: Int
  let id: UUID
  let value: String
}

extension Deployment {
  /// Puts secrets straight into the tables, encrypted under the tenant's first version, as the API would have in the
  /// course of time.
  /// - Parameter operatorKey: the platform's KMS key that wraps that version; nil where the deployment's own key does.
  /// - Returns: the secrets by name.
  func insertSecrets(
    _ count: Int, for tenant: Tenant, at time: Date = Date(timeIntervalSinceNow: -86_400),
    wrappedBy operatorKey: PlatformKey? = nil
  ) async throws -> [String: InsertedSecret] {
    try await withPool { pool in
      let cipher = try await firstCipher(of: tenant, operatorKey, pool)
      var made: [String: InsertedSecret] = [:]
      for start in stride(from: 0, to: count, by: 5_000) {
        var (ids, names, rows) = ([UUID](), [String](), [UUID]())
        var (wrapped, payloads) = ([[UInt8]](), [[UInt8]]())
        for number in start..<min(start + 5_000, count) {
          let moment = time.addingTimeInterval(Double(number) / 1_000)
          let secret = InsertedSecret(number: number, id: .v7(at: moment), value: "value \(number)")
          let row = UUID.v7(at: moment)
          let address = ValueAddress(tenantID: tenant.id, table: .secretValues, rowID: row, valueVersion: 1)
          let sealed = try SealedValue.seal(SecretBytes(copying: secret.value.utf8), at: address, under: cipher)
          made["B_\(number)"] = secret
          ids.append(secret.id)
          names.append("B_\(number)")
          rows.append(row)
          wrapped.append(sealed.wrappedKey)
          payloads.append(sealed.payload)
        }
        try await pool.withTransaction { transaction in
          try await transaction.execute(
            """
            INSERT INTO secrets (tenant_id, id, name, secret_type, base_environment)
            SELECT $1, id, name, 'string', 'production' FROM unnest($2::uuid[], $3::text[]) AS made (id, name)
            """, [.uuid(tenant.id), .uuidArray(ids), .textArray(names)])
          try await transaction.execute(
            """
            INSERT INTO secret_values (tenant_id, id, secret_id, environment_name, value_version, key_version,
              wrapped_key, payload)
            SELECT $1, id, secret_id, 'production', 1, 0, wrapped_key, payload
            FROM unnest($2::uuid[], $3::uuid[], $4::bytea[], $5::bytea[]) AS made (id, secret_id, wrapped_key, payload)
            """,
            [
              .uuid(tenant.id), .uuidArray(rows), .uuidArray(ids), .byteaArray(wrapped), .byteaArray(payloads),
            ])
        }
      }
      return made
    }
  }

  private func firstCipher(
    of tenant: Tenant, _ operatorKey: PlatformKey?, _ pool: PostgresPool
  ) async throws -> EnvelopeCipher {
    let version = try await KeyStore(pool: pool).activeVersion(of: tenant.id)
    if let operatorKey {
      let provider = try #require(version.wrapping.provider)
      let key = try await operatorKey.key().unwrap(
        WrappedKey(ciphertext: version.wrapping.wrappedKey, keyReference: provider.wrappingKey),
        context: EncryptionContext(tenantID: tenant.id, keyVersion: UInt32(version.version)))
      return try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: UInt32(version.version))
    }
    let deploymentKey = try #require(SecretBytes(base64: environment["MASTER_KEY_B64"] ?? ""))
    let key = try #require(LocalKeyEncryptionKey(masterKey: deploymentKey)).unwrap(
      version.wrapping.wrappedKey, tenantID: tenant.id, keyID: version.id, keyVersion: UInt32(version.version))
    return try EnvelopeCipher(key: key, kind: .dataKey, keyVersion: UInt32(version.version))
  }
}
