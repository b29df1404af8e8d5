internal import Cryptography

/// Tries to assume a tenant's role as any other customer of ours could: the confused deputy (IAM user guide, "The
/// confused deputy problem").
struct ExternalIDProbe: Sendable {
  let roleARN: ARN
  let caller: AWSCaller
  let random: RandomSource

  /// Whether the role refuses us without its external ID and with a wrong one. Only a denial counts as a refusal: a
  /// timeout says nothing about the trust policy.
  func isEnforced() async throws(KMSFailure) -> Bool {
    let wrong = "not-the-external-id-\(random.bytes(16).map { String($0, radix: 16) }.joined())"
    for externalID in [nil, wrong] {
      let role = AssumeRole(roleARN: roleARN, tenantID: caller.use.tenantID, externalID: externalID)
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
}

extension Safeguard {
  static func externalID(_ probe: ExternalIDProbe) -> Safeguard {
    Safeguard(stage: .confusedDeputy) { policy throws(KMSFailure) in
      if try await probe.isEnforced() { return Finding(detail: "refused without the external ID") }
      guard policy.unenforcedExternalID == .warn else { throw .externalIDNotEnforced }
      return Finding(detail: "the external ID is not enforced", warning: KMSFailure.externalIDNotEnforced.hint)
    }
  }
}

extension KMSFailure {
  static let externalIDNotEnforced = KMSFailure(
    reason: .externalIDNotEnforced, stage: .confusedDeputy, isPermanent: true, seal: .reject,
    hint:
      "The role can be assumed without the external ID, so that any other customer of this service could name it as "
      + "their own. Add the condition StringEquals sts:ExternalId to its trust policy.")
}
