import CloudKMS
import Configuration
import Cryptography
import ServiceKit

/// What the onboarding API is told by its environment.
struct APIConfiguration: Sendable {
  let common: CommonSettings
  let database: DatabaseSettings
  let platform: PlatformSettings
  let health: HealthSettings
  let masterKey: LocalKeyEncryptionKey
  /// What wraps keys of the platform's wrapping instead of it; nil where it does itself.
  let operatorKey: OperatorKeyReference?
  let identity: IdentitySettings
  /// What step-up tokens are signed with.
  let stepUpKey: SecretBytes
  /// What remembered answers are kept under.
  let idempotencyKey: SecretBytes
  let host: String
  /// 0 for any that is free.
  let port: Int
  /// How many proxies stand before us.
  let proxies: Int
  let edge: EdgeSettings
  /// Nil for plain HTTP.
  let tls: TLSSettings?
  /// How long an onboarding waits for the verifier.
  let verifyTimeout: Duration

  static let host = Setting("HTTP_HOST", "the address to listen on", default: "127.0.0.1")
  static let port = Setting("HTTP_PORT", "the port to listen on; 0 for any that is free", default: "8080")
  static let proxies = Setting(
    "HTTP_PROXIES", "how many proxies of yours stand in front, each adding to X-Forwarded-For, 0 to 10", default: "0")
  static let verifyTimeout = Setting(
    "VERIFY_TIMEOUT_SECONDS", "how long an onboarding waits for the verifier, 1 to 300", default: "30")

  /// Every setting of this service.
  static let settings =
    CommonSettings.all + CommonSettings.database + PlatformSettings.all + PlatformSettings.masterKeySettings
    + [PlatformSettings.operatorKey] + IdentitySettings.all + EdgeSettings.all + TLSSettings.all + HealthSettings.all
    + [host, port, proxies, verifyTimeout]

  init(provider: any ConfigProvider = EnvironmentVariablesProvider()) throws {
    var settings = SettingsReader(provider: provider)
    let host = settings.read(Self.host) { $0 }
    let port = settings.read(Self.port, as: Setting.integer(0...65_535))
    let proxies = settings.read(Self.proxies, as: Setting.integer(0...10))
    let timeout = settings.read(Self.verifyTimeout, as: Setting.seconds(1...300))
    tls = TLSSettings(&settings)
    edge = try EdgeSettings(&settings)
    identity = try IdentitySettings(&settings)
    database = try DatabaseSettings(&settings, service: "onboarding-api")
    platform = try PlatformSettings(&settings)
    health = try HealthSettings(&settings)
    masterKey = try PlatformSettings.masterKey(&settings)
    operatorKey = try PlatformSettings.operatorKey(&settings)
    common = try CommonSettings(&settings, service: "onboarding-api")
    stepUpKey = try CommonSettings.derivedKey(&settings, for: StepUpAuthority.purpose)
    idempotencyKey = try CommonSettings.derivedKey(&settings, for: IdempotencyVault.purpose)
    (self.host, self.port, self.proxies, verifyTimeout) = try settings.require(host, port, proxies, timeout)
  }
}
