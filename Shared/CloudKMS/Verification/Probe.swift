internal import Cryptography
internal import FoundationEssentials
internal import SigV4

/// What each stage of a verification does; when, how often and how it is told is `VerificationRun`'s.
struct Probe: Sendable {
  let configuration: AWSKeyConfiguration
  let context: EncryptionContext
  private let caller: AWSCaller
  private let random: RandomSource

  init(
    configuration: AWSKeyConfiguration, platform: AWSPlatform, deadline: Date, context: EncryptionContext,
    random: RandomSource
  ) {
    self.configuration = configuration
    self.context = context
    self.random = random
    caller = AWSCaller(
      platform: platform, region: configuration.region, partition: configuration.partition, deadline: deadline)
  }

  /// Answers the access key id that the platform signs with.
  func credentials() async throws(KMSFailure) -> String {
    try await caller.platform.credentials.credentials(refreshing: false).accessKeyID
  }

  func assumeRole() async throws(KMSFailure) -> RoleSession {
    try await RoleSession(assuming: configuration, for: context.tenantID, through: caller)
  }

  /// Whether the role refuses us without its external ID and with a wrong one. Only a denial counts as a refusal: a
  /// timeout says nothing about the trust policy.
  func isExternalIDEnforced() async throws(KMSFailure) -> Bool {
    let wrong = "not-the-external-id-\(random.bytes(16).map { String($0, radix: 16) }.joined())"
    for externalID in [nil, wrong] {
      let role = AssumeRole(roleARN: configuration.roleARN, tenantID: context.tenantID, externalID: externalID)
      do {
        _ = try await caller.withPlatformCredentials { credentials throws(KMSFailure) in
          try await role.send(through: caller, credentials: credentials, stage: .confusedDeputy)
        }
        return false
      } catch {
        guard error.reason == .accessDenied else { throw error }
      }
    }
    return true
  }

  func newSecret() -> SecretBytes {
    .random(count: 32, from: random)
  }
}
