import CloudKMS
import HTTPClient
import Logging
import MasterKeys
import Monitoring
import Postgres
import ServiceKit

/// What a command that makes tenants' keys under the platform's wrapping is told by its environment.
struct WrappingSettings: Sendable {
  private let masterKey: LocalKeyEncryptionKey
  private let operatorKey: OperatorKeyReference?
  private let platform: PlatformSettings
  private let database: DatabaseSettings

  /// - Parameter service: the name shown in `pg_stat_activity`.
  init(service: String) throws {
    var settings = SettingsReader()
    platform = try PlatformSettings(&settings)
    masterKey = try PlatformSettings.masterKey(&settings)
    operatorKey = try PlatformSettings.operatorKey(&settings)
    database = try DatabaseSettings(&settings, service: service)
  }

  /// Lends the wrapping and the database.
  func withWrapping<Value>(_ body: (PlatformWrapping, PostgresPool) async throws -> Value) async throws -> Value {
    let client = platform.makeHTTPClient(maximumConnections: 1)
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "tenant", factory: { _ in SwiftLogNoOpLogHandler() }))
    let wrapping = PlatformWrapping(
      global: masterKey, operatorKey: operatorKey,
      clouds: platform.makeClouds(client: client, metrics: MetricRegistry()))
    let result: Result<Value, any Error>
    do { result = .success(try await body(wrapping, pool)) } catch { result = .failure(error) }
    await pool.shutdown()
    await client.shutdown()
    return try result.get()
  }
}
