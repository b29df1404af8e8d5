import CloudKMS
import Configuration
import ServiceKit

/// What the verifier is told by its environment.
struct VerifierConfiguration: Sendable {
  let common: CommonSettings
  let platform: PlatformSettings
  let policy: VerificationPolicy
  /// How many verifications run at once.
  let concurrency: Int

  static let unenforcedExternalID = Setting(
    "UNENFORCED_EXTERNAL_ID", "refuse or warn: what to do about a role that can be assumed without its external ID",
    default: "refuse")
  static let patience = Setting(
    "VERIFY_PATIENCE_SECONDS", "how long a denial is tried again while IAM settles, 0 to 120", default: "20")
  static let concurrency = Setting(
    "VERIFY_CONCURRENCY", "how many verifications run at once, 1 to 1000", default: "32")

  /// Every setting of this service.
  static let settings =
    CommonSettings.all + PlatformSettings.all + [unenforcedExternalID, patience, concurrency]

  init(provider: any ConfigProvider = EnvironmentVariablesProvider()) throws {
    var settings = SettingsReader(provider: provider)
    let unenforced = settings.read(Self.unenforcedExternalID) {
      try Setting.choice($0, VerificationPolicy.UnenforcedExternalID.self)
    }
    let patience = settings.read(Self.patience, as: Setting.seconds(0...120))
    let concurrency = settings.read(Self.concurrency, as: Setting.integer(1...1000))
    platform = try PlatformSettings(&settings)
    common = try CommonSettings(&settings, service: "verifier")
    let own = try settings.require(unenforced, patience, concurrency)
    var policy = VerificationPolicy()
    policy.unenforcedExternalID = own.0
    policy.patience = own.1
    self.policy = policy
    self.concurrency = own.2
  }
}
