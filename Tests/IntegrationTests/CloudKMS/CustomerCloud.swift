import CloudKMS
import Cryptography
import Foundation
import JSON
import SigV4
import Testing

/// A customer with a key in one of the clouds, and the platform's identity there, as the flows want them of each.
protocol CustomerCloud: Sendable {
  /// An onboarding body for the key.
  var candidate: JSONValue { get }
  /// The variables that have services run as the platform's identity.
  var settings: [String: String] { get }
  /// What the tenant is shown of `config`.
  var shownConfiguration: JSONValue { get }
  /// The ways in which the customer takes the key away, and gives it back.
  var killSwitches: [CustomerKillSwitch] { get }
  /// This process's standing at the cloud, as the services'.
  var clouds: Clouds { get }

  /// Lends a KMS key of the platform's own in the same cloud, which its identity there may use by itself.
  func withPlatformKey(_ body: (PlatformKey) async throws -> Void) async throws
}

extension CustomerCloud {
  /// The key, as this process reaches it.
  func key() throws -> any KeyEncryptionKey { try clouds.key(KMSCandidate.parse(candidate)) }
}

/// One way of taking a key away.
struct CustomerKillSwitch: Sendable, CustomStringConvertible {
  let description: String
  /// What it looks like from here.
  let reason: KMSFailure.Reason
  /// Where it shows.
  let stage: VerificationStage
  /// Takes the key away from the platform.
  let pull: @Sendable () async throws -> Void
  /// Gives it back, as it was.
  let restore: @Sendable () async throws -> Void
}

/// The clouds that a stand-in plays.
enum StandInCloud: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case aws, gcp, azure

  /// Whether all of their stand-ins are at hand.
  static var arePlayed: Bool {
    StandInAWS.endpoint != nil && StandInGCP.endpoint != nil && StandInAzure.endpoint != nil
  }

  var testDescription: String { rawValue }

  /// Lends a customer of this cloud's.
  func withCustomer(_ body: (any CustomerCloud) async throws -> Void) async throws {
    switch self {
    case .aws:
      try await body(CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint))))
    case .gcp: try await CustomerGCPProject.with { try await body($0) }
    case .azure: try await CustomerAzureVault.with { try await body($0) }
    }
  }
}

extension CustomerAWSAccount: CustomerCloud {
  var settings: [String: String] {
    ["AWS_ACCESS_KEY_ID": platformAccessKeyID, "AWS_SECRET_ACCESS_KEY": platformSecretAccessKey]
  }

  var shownConfiguration: JSONValue { ["region": .string(StandInAWS.region), "role_arn": .string(roleARN)] }

  var killSwitches: [CustomerKillSwitch] {
    KillSwitch.allCases.map { killSwitch in
      CustomerKillSwitch(
        description: killSwitch.rawValue, reason: killSwitch.reason,
        stage: [.deleteRole, .denyTrust].contains(killSwitch) ? .assumeRole : .decrypt,
        pull: { try await killSwitch.pull(self) }, restore: { try await killSwitch.restore(self) })
    }
  }

  var clouds: Clouds {
    let credentials = AWSCredentials(
      accessKeyID: platformAccessKeyID, secretAccessKey: SecretBytes(copying: platformSecretAccessKey.utf8))
    return Clouds([
      AWSPlatform(transport: aws.client, credentials: FixedCredentials(credentials), endpoint: aws.endpoint)
    ])
  }
}

extension CustomerGCPProject: CustomerCloud {
  var shownConfiguration: JSONValue { ["impersonate_service_account": .string(serviceAccount)] }

  var killSwitches: [CustomerKillSwitch] {
    GCPKillSwitch.allCases.map { killSwitch in
      CustomerKillSwitch(
        description: killSwitch.rawValue, reason: killSwitch.reason,
        stage: killSwitch == .removeTokenCreator ? .assumeRole : .decrypt,
        pull: { try await killSwitch.pull(self) }, restore: { try await killSwitch.restore(self) })
    }
  }

  var clouds: Clouds { clouds() }
}
