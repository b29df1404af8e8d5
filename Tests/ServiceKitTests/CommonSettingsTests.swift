import AMQP
import Commands
import Cryptography
import Foundation
import Logging
import Postgres
import Testing

@testable import ServiceKit

@Suite struct CommonSettingsTests {
  static let complete = [
    "AMQP_URL": "amqp://user:hunter2@broker/vhost",
    "COMMAND_KEY_B64": Data(repeating: 1, count: 32).base64EncodedString(),
    "DATABASE_URL": "postgresql://user:hunter2@db/name",
    "MASTER_KEY_B64": Data(repeating: 2, count: 32).base64EncodedString(),
  ]

  @Test func `the rest has defaults`() throws {
    var settings = SettingsReader(environment: Self.complete)
    let common = try CommonSettings(&settings, service: "test")
    #expect(common.logLevel == .info)
    #expect(common.logFormat == .json)
    #expect(common.amqp.connectionName == "test")
    let database = try DatabaseSettings(&settings, service: "test")
    #expect(database.connections == 8)
    #expect(database.configuration.applicationName == "test")
    #expect(database.configuration.statementTimeout == .seconds(60))
    #expect(database.configuration.idleInTransactionTimeout == .seconds(60))
    let patient = try DatabaseSettings(&settings, service: "test", statementTimeout: nil)
    #expect(patient.configuration.statementTimeout == nil)
    let platform = try PlatformSettings(&settings)
    #expect(platform.awsEndpoint == nil)
    #expect(platform.connectTimeout == .seconds(5))
    #expect(platform.totalTimeout == .seconds(10))
    _ = try PlatformSettings.masterKey(&settings)
  }

  @Test(arguments: [
    ("AMQP_URL", "http://user:hunter2@broker/vhost"), ("AMQP_URL", "amqp://user:hunter2@broker:port/vhost"),
    ("COMMAND_KEY_B64", "hunter2"), ("COMMAND_KEY_B64", "aHVudGVyMg=="),
    ("COMMAND_KEY_ACCEPTED_B64", "hunter2"), ("LOG_LEVEL", "loud"), ("LOG_FORMAT", "xml"),
  ])
  func `a wrong value is named without being shown`(name: String, value: String) {
    var settings = SettingsReader(environment: Self.complete.merging([name: value]) { $1 })
    let error = #expect(throws: ConfigurationError.self) { try CommonSettings(&settings, service: "test") }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test func `commands under a second key are accepted where there is one`() throws {
    let (key, other) = (Data(repeating: 1, count: 32), Data(repeating: 2, count: 32))
    var settings = SettingsReader(
      environment: Self.complete.merging(["COMMAND_KEY_ACCEPTED_B64": other.base64EncodedString()]) { $1 })
    let authenticator = try CommonSettings(&settings, service: "test").authenticator
    for signing in [key, other] {
      let stranger = CommandAuthenticator(key: SecretBytes(copying: Array(signing)))
      try authenticator.check(stranger.sign(StartRewrap(leaseID: UUID())))
    }
  }

  @Test(arguments: [
    ("DATABASE_URL", "mysql://user:hunter2@db/name"), ("DATABASE_URL", "postgresql://user:hunter2@db/name?colour=red"),
    ("DATABASE_CONNECTIONS", "0"), ("DATABASE_CONNECTIONS", "101"), ("DATABASE_CONNECTIONS", "8.0"),
  ])
  func `so is a wrong database`(name: String, value: String) {
    var settings = SettingsReader(environment: Self.complete.merging([name: value]) { $1 })
    let error = #expect(throws: ConfigurationError.self) { try DatabaseSettings(&settings, service: "test") }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test(arguments: [
    ("AWS_ENDPOINT_URL", "ftp://127.0.0.1"), ("GCP_ENDPOINT_URL", "127.0.0.1:1"),
    ("GCE_METADATA_HOST", "http://127.0.0.1:1"), ("GCE_METADATA_HOST", "user@host"), ("GCE_METADATA_HOST", "host/path"),
    ("GCE_METADATA_HOST", "host:port"),
    ("KMS_CONNECT_TIMEOUT_SECONDS", "61"), ("KMS_TOTAL_TIMEOUT_SECONDS", "0"),
  ])
  func `so is a wrong way to the cloud`(name: String, value: String) {
    var settings = SettingsReader(environment: Self.complete.merging([name: value]) { $1 })
    let error = #expect(throws: ConfigurationError.self) { try PlatformSettings(&settings) }
    #expect(error?.problems.first?.hasPrefix("\(name): ") == true)
  }

  @Test func `a KMS key of the platform's own may be named, and needn't be`() throws {
    var silent = SettingsReader(environment: Self.complete)
    #expect(try PlatformSettings.operatorKey(&silent) == nil)
    let name = "projects/saas-prod/locations/europe-west3/keyRings/saas/cryptoKeys/tenants"
    var settings = SettingsReader(environment: Self.complete.merging(["OPERATOR_KMS_KEY": name]) { $1 })
    let key = try #require(try PlatformSettings.operatorKey(&settings))
    #expect("\(key)" == name)
  }

  @Test(arguments: [
    "hunter2", "arn:aws:kms:us-east-1:123456789012:alias/saas", "https://saas.vault.azure.net/keys/k/0123456789abcdef",
  ])
  func `what names none is refused by name, with the forms that it may have`(value: String) {
    var settings = SettingsReader(environment: Self.complete.merging(["OPERATOR_KMS_KEY": value]) { $1 })
    let error = #expect(throws: ConfigurationError.self) { try PlatformSettings.operatorKey(&settings) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("OPERATOR_KMS_KEY: ") == true)
    #expect(error?.description.contains(value) == false)
    for form in ["arn:aws:kms:REGION:ACCOUNT:key/ID", "/cryptoKeys/K", "https://VAULT.vault.azure.net/keys/NAME"] {
      #expect(error?.description.contains(form) == true)
    }
  }

  @Test func `a service that lacks everything is told everything`() {
    var settings = SettingsReader(environment: [:])
    let error = #expect(throws: ConfigurationError.self) { try CommonSettings(&settings, service: "test") }
    #expect(error?.problems.map { $0.prefix { $0 != ":" } } == ["AMQP_URL", "COMMAND_KEY_B64"])
  }

  @Test func `no setting has two meanings, and every secret is marked as one`() {
    let all =
      CommonSettings.all + CommonSettings.database + PlatformSettings.all + PlatformSettings.masterKeySettings
      + [PlatformSettings.operatorKey]
    #expect(Set(all.map(\.name)).count == all.count)
    let secrets = all.filter { $0.name.hasSuffix("_B64") || $0.name.contains("SECRET") || $0.name.contains("TOKEN") }
    for setting in secrets { #expect(setting.isSecret, "\(setting.name)") }
    for setting in all { #expect(!setting.summary.isEmpty && !setting.summary.hasSuffix(".")) }
  }

  /// Computed from RFC 5869 with another implementation.
  @Test func `a key is derived for each purpose, unlike any other and the command key`() throws {
    var settings = SettingsReader(environment: Self.complete)
    let derived = try CommonSettings.derivedKey(&settings, for: "tenant-kms step-up token")
    #expect(derived == (try Setting.key256("3Z3CW2xwDNah0wlmIGCZPMHTjqcNE6KffTP9xJN4WW4=")))
    #expect(try CommonSettings.derivedKey(&settings, for: "another") != derived)
    #expect(try Setting.key256(Self.complete["COMMAND_KEY_B64"] ?? "") != derived)
  }
}
