import ArgumentParser
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api rewrap limit`
struct RewrapLimitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit", abstract: "Sets how many rows may be rewrapped a second; running jobs heed it at once.")

  @Option(help: "The tenant whose rows are limited; every tenant's together unless told.")
  var tenant: UUIDArgument?

  @Option(help: "The most rows a second, 1 to 100000000, or none.")
  var rowsPerSecond: RewrapRateArgument

  func run() async throws {
    var settings = SettingsReader()
    let database = try DatabaseSettings(&settings, service: "onboarding-api rewrap limit")
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "rewrap", factory: { _ in SwiftLogNoOpLogHandler() }))
    try await RewrapStore(pool: pool).setLimit(rowsPerSecond.rate, of: tenant?.id)
    await pool.shutdown()
  }
}

/// A rate on the command line: a number, or `none`.
struct RewrapRateArgument: ExpressibleByArgument {
  /// Nil for no limit.
  let rate: Int32?

  init?(argument: String) {
    if argument == "none" {
      rate = nil
    } else {
      guard let number = Int32(argument), RewrapLimits.bounds.contains(number) else { return nil }
      rate = number
    }
  }
}
