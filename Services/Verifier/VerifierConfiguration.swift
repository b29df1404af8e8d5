import CloudKMS
import Configuration
import Repository
import ServiceKit

/// What the verifier is told by its environment.
struct VerifierConfiguration: Sendable {
  let common: CommonSettings
  let database: DatabaseSettings
  let platform: PlatformSettings
  let health: HealthSettings
  let policy: VerificationPolicy
  /// How many verifications run at once.
  let concurrency: Int
  /// How often grants are checked.
  let pace: GrantPace
  /// How many grants are checked at once.
  let checkConcurrency: Int

  static let unenforcedExternalID = Setting(
    "UNENFORCED_EXTERNAL_ID", "refuse or warn: what to do about a role that can be assumed without its external ID",
    default: "refuse")
  static let patience = Setting(
    "VERIFY_PATIENCE_SECONDS", "how long a denial is tried again while IAM settles, 0 to 120", default: "20")
  static let concurrency = Setting(
    "VERIFY_CONCURRENCY", "how many verifications run at once, 1 to 1000", default: "32")
  static let checkInterval = Setting(
    "CHECK_INTERVAL_SECONDS", "how often each tenant's grant is checked, 1 to 3600", default: "60")
  static let sealedCheckInterval = Setting(
    "SEALED_CHECK_INTERVAL_SECONDS", "likewise while it is sealed or degraded, 1 to 3600", default: "30")
  static let checkConcurrency = Setting(
    "CHECK_CONCURRENCY", "how many grants are checked at once, 1 to 1000", default: "128")

  /// Every setting of this service.
  static let settings =
    CommonSettings.all + CommonSettings.database + PlatformSettings.all + HealthSettings.all
    + [unenforcedExternalID, patience, concurrency, checkInterval, sealedCheckInterval, checkConcurrency]

  init(provider: any ConfigProvider = EnvironmentVariablesProvider()) throws {
    var settings = SettingsReader(provider: provider)
    let unenforced = settings.read(Self.unenforcedExternalID) {
      try Setting.choice($0, VerificationPolicy.UnenforcedExternalID.self)
    }
    let patience = settings.read(Self.patience, as: Setting.seconds(0...120))
    let concurrency = settings.read(Self.concurrency, as: Setting.integer(1...1000))
    let interval = settings.read(Self.checkInterval, as: Setting.seconds(1...3600))
    let sealedInterval = settings.read(Self.sealedCheckInterval, as: Setting.seconds(1...3600))
    let checkConcurrency = settings.read(Self.checkConcurrency, as: Setting.integer(1...1000))
    database = try DatabaseSettings(&settings, service: "verifier")
    platform = try PlatformSettings(&settings)
    health = try HealthSettings(&settings)
    common = try CommonSettings(&settings, service: "verifier")
    let own = try settings.require(unenforced, patience, concurrency)
    let checks = try settings.require(interval, sealedInterval, checkConcurrency)
    var policy = VerificationPolicy()
    policy.unenforcedExternalID = own.0
    policy.patience = own.1
    self.policy = policy
    self.concurrency = own.2
    var pace = GrantPace()
    pace.interval = checks.0
    pace.troubledInterval = checks.1
    self.pace = pace
    self.checkConcurrency = checks.2
  }
}
