import CloudKMS
import FoundationEssentials
import HTTPClient
import MasterKeys
import Monitoring
import Postgres
import Repository
import ServiceKit

extension Doctor {
  /// How far the database's clock and this one may be apart before it shows.
  static let tolerableSkew = Duration.seconds(5)
  /// A one-time code is good for this long.
  static let intolerableSkew = Duration.seconds(30)

  /// Looks for the server, the login's rights and the clocks.
  /// - Returns: whether there is a database to look further into.
  func examineDatabase(_ report: Report) async -> Bool {
    do {
      let connection = try await PostgresConnection.connect(configuration.database.configuration)
      let login = try await DatabaseLogin(of: connection)
      let isEncrypted = await connection.isEncrypted
      await connection.close()
      report(.ok("database", "PostgreSQL \(login.serverVersion), \(isEncrypted ? "with" : "without") TLS"))
      report(login.finding)
      report(Self.clockFinding(skew: login.clockSkew))
      return true
    } catch {
      report(
        .failed(
          "database", "\(error)",
          advice: "check that it runs, and that DATABASE_URL has its address, login and password"))
      return false
    }
  }

  /// Looks whether the schema is this version's.
  func examineSchema(_ report: Report) async {
    await withPool { pool in
      do {
        let schema = try await SchemaVersion(of: pool)
        try schema.demandKnown()
        report(.ok("schema", "at version \(schema.applied.max() ?? 0), which this program is written for"))
      } catch let error as RepositoryError {
        report(.failed("schema", "\(error)", advice: "run the migrations and the services in the same version"))
      } catch {
        report(.failed("schema", "\(error)", advice: "let this login read the table: roles.sql, then `migrate`"))
      }
    }
  }

  /// Opens a tenant's active key, as a start of the service would.
  func examineKey(of tenantID: UUID, _ report: Report) async {
    let client = configuration.platform.makeHTTPClient(maximumConnections: 1)
    let metrics = MetricRegistry()
    let clouds = configuration.platform.makeClouds(client: client, metrics: metrics)
    let unwrapper = KeyUnwrapper(
      global: configuration.masterKey,
      platform: OperatorKeyUnwrapper(clouds: clouds, metrics: metrics, logger: Self.silent),
      customer: CustomerKeyUnwrapper(clouds: clouds))
    await withPool { pool in
      do {
        let version = try await KeyStore(pool: pool).activeVersion(of: tenantID)
        _ = try await unwrapper.unwrap(version)
        report(.ok("key", "version \(version.version) opens, wrapped by \(version.wrapping.method.rawValue)"))
      } catch let error as MasterKeyError {
        report(.failed("key", "\(error)", advice: error.advice))
      } catch {
        report(.failed("key", "\(error)", advice: "give --tenant the id that `tenant create` printed"))
      }
    }
    await client.shutdown()
  }

  static func clockFinding(skew: Duration) -> Finding {
    let milliseconds = Int(skew / .milliseconds(1))
    let text = "the database's is \(abs(milliseconds)) ms \(milliseconds < 0 ? "behind" : "ahead of") this one"
    let advice = "keep both by NTP: one-time codes are good for 30 s, AWS refuses what is signed 5 minutes off"
    return switch max(skew, .zero - skew) {
    case ...tolerableSkew: .ok("clock", text)
    case ...intolerableSkew: .warning("clock", text, advice: advice)
    default: .failed("clock", text, advice: advice)
    }
  }

  private func withPool(_ body: (PostgresPool) async -> Void) async {
    let pool = PostgresPool(configuration: configuration.database.configuration, size: 1, logger: Self.silent)
    await body(pool)
    await pool.shutdown()
  }
}

extension MasterKeyError {
  var advice: String {
    switch code {
    case .sealed(let failure), .platformKey(let failure): failure.hint
    default: "restore a dump in which it isn't, if it should be there"
    }
  }
}
