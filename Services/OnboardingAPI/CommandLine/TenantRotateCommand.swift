import ArgumentParser
import FoundationEssentials
import JSON
import MasterKeys
import Postgres
import Repository

/// `onboarding-api tenant rotate`
struct TenantRotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rotate",
    abstract: "Gives tenants on the platform's wrapping a new master key, wrapped as new keys are now.",
    discussion: """
      What wraps is OPERATOR_KMS_KEY where that is set, else MASTER_KEY_B64, so this also moves tenants from one to the \
      other. Everything of theirs is re-encrypted in the background; who has brought a key of their own is left alone. \
      Prints a line of JSON for each tenant, and for several a tally, and goes on past a tenant whose turn fails: then \
      the exit code is 1. For all of them it logs in as the owner of the tables, like `migrate`.
      """)

  @Option(help: "The id of one tenant.")
  var tenant: UUIDArgument?

  @Flag(help: "All of them.")
  var all = false

  @Flag(help: "Only those whose active key something else wraps than new ones: whom a run cut short has left.")
  var outdated = false

  func validate() throws {
    guard all != (tenant != nil) else { throw ValidationError("give either --tenant or --all") }
  }

  func run() async throws {
    let (tenant, outdated) = (tenant?.id, outdated)
    let tally = try await WrappingSettings(service: "onboarding-api tenant rotate").withWrapping { wrapping, pool in
      let rotation = PlatformRotation(keys: KeyStore(pool: pool), wrapping: wrapping, onlyOutdated: outdated)
      var tally = PlatformRotation.Tally()
      let tenants = if let tenant { [tenant] } else { try await TenantStore(pool: pool).ids() }
      for tenantID in tenants {
        let outcome = await rotation.rotate(tenantID)
        print(outcome.line(of: tenantID).canonicalText)
        tally.count(outcome)
      }
      return tally
    }
    if all { print(tally.json.canonicalText) }
    if tally.failed > 0 { throw ExitCode(1) }
  }
}
