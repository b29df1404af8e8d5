import CloudKMS
import FoundationEssentials
import Locking

/// Who we are in the clouds, as customers' policies have to name us; asked once, and then known.
final class PlatformIdentity: Sendable {
  private let aws: AWSPlatform
  private let region: String
  private let known = Guarded<AWSPrincipal?>(nil)

  /// - Parameter region: whose STS is asked.
  init(aws: AWSPlatform, region: String) {
    self.aws = aws
    self.region = region
  }

  /// What a tenant needs to let us use its key. Suspends for a call to STS where the answer isn't known yet; whoever
  /// comes meanwhile asks too, which does no harm.
  func guide(for tenantID: UUID) async -> PlatformGuide {
    if let principal = known.withLock({ $0 }) { return PlatformGuide(tenantID: tenantID, principal: principal) }
    do throws(KMSFailure) {
      let principal = try await aws.principal(region: region, for: KeyUse(tenantID: tenantID))
      known.withLock { $0 = principal }
      return PlatformGuide(tenantID: tenantID, principal: principal)
    } catch { return PlatformGuide(tenantID: tenantID, principal: nil, failure: error) }
  }
}
