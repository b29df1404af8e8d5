import CloudKMS
import FoundationEssentials
import Locking

/// Who we are in the clouds, as customers' policies have to name us; asked once, and then known.
final class PlatformIdentity: Sendable {
  /// For how long what Google Cloud says, or that nobody answers there, is not asked again, in seconds.
  private static let gcpLifetime = 60.0
  /// How long a person waits for that, in seconds.
  private static let gcpPatience = 1.0

  private let aws: AWSPlatform
  private let region: String
  private let known = Guarded<AWSPrincipal?>(nil)
  private let gcp: GCPPlatform
  private let gcpKnown = Guarded<(principal: Result<String, KMSFailure>, until: Date)?>(nil)
  private let now: @Sendable () -> Date

  /// - Parameters:
  ///   - region: whose STS is asked.
  ///   - now: the time.
  init(aws: AWSPlatform, region: String, gcp: GCPPlatform, now: @escaping @Sendable () -> Date = { Date() }) {
    self.aws = aws
    self.region = region
    self.gcp = gcp
    self.now = now
  }

  /// Who we are in Google Cloud, or why we can't say. Suspends for a second at most: where there is no metadata server,
  /// nobody answers.
  func gcpPrincipal(for tenantID: UUID) async -> Result<String, KMSFailure> {
    let time = now()
    if let known = gcpKnown.withLock({ $0 }), time < known.until { return known.principal }
    let principal: Result<String, KMSFailure>
    do throws(KMSFailure) {
      let use = KeyUse(tenantID: tenantID, deadline: time.addingTimeInterval(Self.gcpPatience))
      principal = .success(try await gcp.principalEmail(for: use))
    } catch { principal = .failure(error) }
    gcpKnown.withLock { $0 = (principal, time.addingTimeInterval(Self.gcpLifetime)) }
    return principal
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
