import ArgumentParser
import Postgres
import Repository
import ServiceKit

/// `onboarding-api migrate`
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Brings the database's schema up to date; does nothing where it is.")

  func run() async throws {
    var settings = SettingsReader()
    // Migrating a large table, and waiting for another process that does, take as long as they take.
    let database = try DatabaseSettings(&settings, service: "onboarding-api migrate", statementTimeout: nil)
    let connection = try await PostgresConnection.connect(database.configuration)
    let applied = try await Migrator(connection: connection).migrate()
    await connection.close()
    print(
      applied.isEmpty
        ? "schema up to date at version \(Migrator.latestVersion)"
        : "schema migrated to version \(Migrator.latestVersion): applied \(applied.map(String.init).joined(separator: ", "))"
    )
  }
}
