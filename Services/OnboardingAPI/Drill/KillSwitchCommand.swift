import ArgumentParser
import CloudKMS
import Cryptography
import FoundationEssentials
import HTTPClient
import JSON
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api drill kill-switch`
struct KillSwitchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "kill-switch",
    abstract: "Has a tenant's key taken away and given back, and prints a signed report of what the services did.",
    discussion: """
      Somebody at the terminal takes the key away in its owner's account; where AWS_ENDPOINT_URL names a stand-in, the \
      drill does so itself. The tenant is really sealed meanwhile. The report goes to standard output, what happens to \
      standard error.
      """)

  @Option(help: "The tenant's id.")
  var tenant: UUIDArgument

  @Option(help: "How many seconds to wait for the seal, and then for its end, 1 to 86400.")
  var patience = 900

  @Option(help: "Who runs the drill; stands in the audit log.")
  var subject = "operator"

  func validate() throws {
    guard (1...86_400).contains(patience) else { throw ValidationError("--patience must be from 1 to 86400") }
  }

  func run() async throws {
    let seed = try DrillCommand.signingSeed()
    var settings = SettingsReader()
    let database = try DatabaseSettings(&settings, service: "onboarding-api drill")
    let platform = try PlatformSettings(&settings)
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "drill", factory: { _ in SwiftLogNoOpLogHandler() }))
    let result: Result<SignedReport, any Error>
    do { result = .success(try await report(over: pool, platform, seed)) } catch { result = .failure(error) }
    await pool.shutdown()
    print(try result.get().json.canonicalText)
  }

  private func report(
    over pool: PostgresPool, _ platform: PlatformSettings, _ seed: SecretBytes
  ) async throws -> SignedReport {
    let say: @Sendable (String) -> Void = { StandardError.write("drill: \($0)\n") }
    let grants = GrantStore(pool: pool)
    let keys = KeyStore(pool: pool)
    let drill = KillSwitchDrill(
      tenantID: tenant.id, keys: keys, grants: grants, watch: EvictionWatch(holders: KeyHolderStore(pool: pool)),
      patience: .seconds(patience), say: say)
    guard let provider = try await keys.activeVersion(of: tenant.id).wrapping.customerKey else {
      throw KillSwitchDrill.Failure("the tenant has not brought a key")
    }
    guard let key = ARN(provider.wrappingKey) else {
      throw KillSwitchDrill.Failure("the tenant's key is not in AWS, and this version has no drill for others")
    }
    let cloud = platform.makeHTTPClient()
    let hand: any KeySwitch =
      if let endpoint = platform.awsEndpoint {
        StandInKeySwitch(key: key, endpoint: endpoint, transport: cloud)
      } else { GuidedKeySwitch(key: key.description, region: key.region, say: say) }
    let result: Result<DrillReport, any Error>
    do { result = .success(try await drill.run(by: hand)) } catch { result = .failure(error) }
    await cloud.shutdown()
    let signed = try SignedReport(signing: result.get().json, with: seed)
    let hash = SHA256.hash(signed.report.canonicalBytes).hexadecimal
    try await grants.recordDrill(["report_sha256": .string(hash)], of: tenant.id, by: subject, at: Date())
    say("the audit chain holds the report's SHA-256, \(hash)")
    return signed
  }
}
