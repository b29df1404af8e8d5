import Commands
import Envelope
import Foundation
import JSON
import Postgres
import Repository
import Testing

/// A database of a test's own with the schema in it, and the stores over it.
struct MigratedDatabase: Sendable {
  static let now = Date(timeIntervalSince1970: 1_795_492_814)

  let database: TestDatabase
  /// The owner's connections, for looking at tables and at what services may not do.
  let pool: PostgresPool
  /// Connections of a login that has the rights of every service and none of the owner's: the stores work on these.
  let services: PostgresPool

  var tenants: TenantStore { TenantStore(pool: services) }
  var apiKeys: APIKeyStore { APIKeyStore(pool: services) }
  var keys: KeyStore { KeyStore(pool: services) }
  var secrets: SecretStore { SecretStore(pool: services) }
  var outbox: Outbox { Outbox(pool: services) }
  var audit: AuditChain { AuditChain(pool: services) }
  var log: AuditLog { AuditLog(pool: services) }
  var rewraps: RewrapStore { RewrapStore(pool: services) }

  /// Creates a database and migrates it, lends it, and drops it.
  static func with(connections: Int = 8, _ body: (MigratedDatabase) async throws -> Void) async throws {
    try await TestDatabase.with { database in
      let connection = try await database.connect()
      try await Migrator(connection: connection).migrate()
      await connection.close()
      let pool = database.pool(size: connections)
      let login = try await database.makeLogin("services", in: ServiceRole.allCases.map(\.rawValue))
      let services = database.pool(size: connections, as: try PostgresConfiguration(url: login))
      try await body(MigratedDatabase(database: database, pool: pool, services: services))
      await services.shutdown()
      await pool.shutdown()
    }
  }

  /// Makes a tenant at version 0.
  func makeTenant() async throws -> UUID {
    let id = UUID()
    try await tenants.create(
      Tenant(id: id, slug: "t-\(id.uuidString.lowercased())", name: "Tenant"), firstKey: .platform, apiKey: .generate())
    return id
  }

  /// Makes secrets whose values are wrapped under a version.
  @discardableResult
  func makeSecrets(_ count: Int, of tenantID: UUID, under version: Int32 = 0) async throws -> [UUID] {
    var rows: [UUID] = []
    for index in 0..<count {
      let value = EncryptedValue.sample(under: version, at: Self.now.addingTimeInterval(Double(index)))
      try await secrets.create(.sample("S\(UUID())"), value: value, of: tenantID)
      rows.append(value.id)
    }
    return rows
  }

  /// Onboards a customer's key.
  /// - Returns: the rewrap job.
  @discardableResult
  func onboard(
    _ tenantID: UUID, version: Int32 = 1, externalID: String = UUID().uuidString, actorID: String = "ada"
  ) async throws -> UUID {
    let provider = ProviderKey.sample(externalID: externalID)
    return try await keys.onboard(
      .customer(version, provider), under: provider, of: tenantID, actorID: actorID, at: Self.now)
  }

  /// Works on a job until nothing is left of it.
  func finish(_ job: UUID, window: Int32 = 2, rangeRows: Int64 = 10, limit: Int32 = 10) async throws {
    var cursors = try await rewraps.plan(job, window: window, rangeRows: rangeRows, at: Self.now)
    while let cursor = cursors.popLast() {
      let outcome = try await rewraps.rewrapBatch(
        at: cursor, limit: limit, window: window, time: Self.now, rewrap: Self.wrap)
      guard case .committed(let next) = outcome else { continue }
      cursors += next
    }
  }

  /// Stands in for the cryptography: an envelope under a version is that version's number, 69 times.
  @Sendable static func wrap(
    _ rows: WrappedRows, _ table: TableTag, _ tenantID: UUID, _ target: Int32
  ) async throws -> WrappedRows {
    rows.moved(to: target) { _ in nil }
  }

  /// How many rows of a tenant are under each version; the envelope and the column must agree.
  func rowsByVersion(of tenantID: UUID) async throws -> [Int32: Int64] {
    let rows = try await pool.execute(
      """
      SELECT key_version, count(*) AS rows, bool_and(get_byte(wrapped_key, 0) = key_version) AS agree
      FROM secret_values WHERE tenant_id = $1 GROUP BY key_version
      """, [.uuid(tenantID)])
    return try Dictionary(
      uniqueKeysWithValues: rows.map { row in
        #expect(try row.get("agree", as: Bool.self))
        return (try row.get("key_version", as: Int32.self), try row.get("rows", as: Int64.self))
      })
  }

  /// One text that changes whenever any row of any table does.
  func fingerprint() async throws -> String {
    let tables = try await pool.execute("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    var digests: [String] = []
    for table in try tables.map({ try $0[0, as: String.self] }) {
      let statement = PostgresStatement(
        unchecked: "SELECT coalesce(md5(string_agg(t::text, '|' ORDER BY t::text)), '') FROM \(table) t")
      digests.append("\(table) " + (try await pool.execute(statement)[0][0, as: String.self]))
    }
    return digests.joined(separator: "\n")
  }

  func count(_ statement: PostgresStatement, _ parameters: [PostgresValue] = []) async throws -> Int64 {
    try await pool.execute(statement, parameters)[0][0, as: Int64.self]
  }
}

extension NewKeyVersion {
  /// A tenant's first version, under the deployment's key.
  static var platform: NewKeyVersion {
    NewKeyVersion(id: UUID(), version: 0, wrapping: Wrapping(method: .global, wrappedKey: [0], provider: nil))
  }

  static func customer(_ version: Int32, _ provider: ProviderKey) -> NewKeyVersion {
    NewKeyVersion(
      id: UUID(), version: version,
      wrapping: Wrapping(method: .customerKMS, wrappedKey: [UInt8(version)], provider: provider))
  }
}

extension ProviderKey {
  static func sample(externalID: String = UUID().uuidString) -> ProviderKey {
    ProviderKey(
      name: "customer_kms_aws", keyReference: "arn:aws:kms:us-east-1:111122223333:alias/tenant",
      configuration: ["region": "us-east-1", "external_id": .string(externalID)],
      wrappingKey: "arn:aws:kms:us-east-1:111122223333:key/abcd")
  }
}

extension Secret {
  static func sample(_ name: String, id: UUID = UUID()) -> Secret {
    Secret(
      id: id, name: name, type: "string", baseEnvironment: "production", collectionID: nil, expiresAt: nil,
      isExpiryStrict: false, createdAt: MigratedDatabase.now)
  }
}

extension EncryptedValue {
  static func sample(under version: Int32 = 0, at time: Date = MigratedDatabase.now) -> EncryptedValue {
    EncryptedValue(
      id: .v7(at: time), valueVersion: 1, keyVersion: version,
      wrappedKey: [UInt8](repeating: UInt8(version), count: 69), payload: [1, 2, 3])
  }
}
