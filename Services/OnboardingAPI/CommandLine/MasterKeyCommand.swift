import ArgumentParser
import CloudKMS
import FoundationEssentials
import JSON
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api master-key`
struct MasterKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "master-key", abstract: "Changes the key of the platform's own.", subcommands: [Rewrap.self])

  /// `onboarding-api master-key rewrap`
  struct Rewrap: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Wraps under MASTER_KEY_B64 whatever MASTER_KEY_ACCEPTED_B64 wrapped.",
      discussion: """
        For the time after every service was restarted with both keys, and before the former one is taken away. Logs in \
        as the owner of the tables, like `migrate`. Cut short, it can be run again.
        """)

    func run() async throws {
      var settings = SettingsReader()
      let masterKey = try PlatformSettings.masterKey(&settings)
      let database = try DatabaseSettings(&settings, service: "onboarding-api master-key rewrap")
      let pool = PostgresPool(
        configuration: database.configuration, size: 1,
        logger: Logger(label: "master-key", factory: { _ in SwiftLogNoOpLogHandler() }))
      let wraps = PlatformWraps(pool: pool)
      let keys = try await wraps.rewrapKeys(at: Date()) { wrapped, tenantID, keyID, version in
        try masterKey.rewrap(wrapped, tenantID: tenantID, keyID: keyID, keyVersion: UInt32(version))
      }
      let authenticators = try await wraps.rewrapAuthenticators(at: Date()) { wrapped, userID, tenantID in
        try masterKey.rewrapAuthenticatorSecret(wrapped, of: userID, tenantID: tenantID)
      }
      let tally: JSONValue = ["keys": .integer(keys), "authenticators": .integer(authenticators)]
      await pool.shutdown()
      print(tally.canonicalText)
    }
  }
}
