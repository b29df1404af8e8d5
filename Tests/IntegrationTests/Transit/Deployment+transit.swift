import Foundation
import JSON
import Postgres
import Testing

extension Deployment {
  /// Calls `/v1/crypto/keys…` with a tenant's API key.
  func transit(
    _ method: String = "POST", _ path: String = "", of tenant: Tenant, _ body: JSONValue? = nil,
    at client: APIClient? = nil
  ) async throws -> APIAnswer {
    try await (client ?? self.client).send(
      method, "/v1/crypto/keys" + path, token: tenant.apiKey, body: body?.canonicalBytes)
  }

  /// Makes a transit key.
  func makeTransitKey(_ name: String, for tenant: Tenant) async throws {
    let answer = try await transit(of: tenant, ["name": .string(name)])
    try #require(answer.status == 201, "\(answer)")
  }

  /// Encrypts a text.
  /// - Returns: the ciphertext.
  func encrypt(
    _ plaintext: String, under name: String, of tenant: Tenant, at client: APIClient? = nil
  ) async throws -> String {
    let answer = try await transit(
      "POST", "/\(name)/encrypt", of: tenant, ["plaintext": .string(plaintext)], at: client)
    try #require(answer.status == 200, "\(answer)")
    return try #require(try answer.json["data"]?["ciphertext"]?.string)
  }

  /// Decrypts to a text: that, or the status and the type of the error.
  func decrypt(
    _ ciphertext: String, under name: String, of tenant: Tenant, at client: APIClient? = nil
  ) async throws -> String {
    let answer = try await transit(
      "POST", "/\(name)/decrypt?format=utf8", of: tenant, ["ciphertext": .string(ciphertext)], at: client)
    return try answer.json["data"]?["plaintext"]?.string ?? "\(answer.status) \(answer.error["type"]?.string ?? "")"
  }

  /// How many of a tenant's transit key versions are under each version of its master key.
  func transitRows(of tenant: Tenant) async throws -> [Int32: Int64] {
    let rows = try await withPool { pool in
      try await pool.execute(
        "SELECT key_version, count(*) AS rows FROM transit_key_versions WHERE tenant_id = $1 GROUP BY 1",
        [.uuid(tenant.id)])
    }
    return try Dictionary(
      uniqueKeysWithValues: rows.map {
        (try $0.get("key_version", as: Int32.self), try $0.get("rows", as: Int64.self))
      })
  }
}
