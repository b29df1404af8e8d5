import CloudKMS
import FoundationEssentials
import JSON
import Locking

/// Who we are in the clouds, as customers' policies have to name us; asked once, and then known.
final class PlatformIdentity: Sendable {
  /// For how long what a cloud says, or that nobody answers there, is not asked again, in seconds.
  private static let lifetime = 60.0
  /// How long a person waits for that, in seconds.
  private static let patience = 1.0

  private struct Known {
    var aws: AWSPrincipal?
    var gcp: (principal: Result<String, KMSFailure>, until: Date)?
    var azure: (principal: Result<AzurePrincipal, KMSFailure>, until: Date)?
  }

  private let aws: AWSPlatform
  private let region: String
  private let gcp: GCPPlatform
  private let azure: AzurePlatform
  private let now: @Sendable () -> Date
  private let known = Guarded(Known())

  /// - Parameters:
  ///   - aws: the platform's standing there.
  ///   - region: whose STS is asked.
  ///   - gcp: likewise.
  ///   - azure: likewise.
  ///   - now: the time.
  init(
    aws: AWSPlatform, region: String, gcp: GCPPlatform, azure: AzurePlatform,
    now: @escaping @Sendable () -> Date = { Date() }
  ) {
    self.aws = aws
    self.region = region
    self.gcp = gcp
    self.azure = azure
    self.now = now
  }

  /// What a tenant needs to let us use its key in AWS. Suspends for a call to STS where the answer isn't known yet;
  /// whoever comes meanwhile asks too, which does no harm.
  func guide(for tenantID: UUID) async -> PlatformGuide {
    if let principal = known.withLock({ $0.aws }) { return PlatformGuide(tenantID: tenantID, principal: principal) }
    do throws(KMSFailure) {
      let principal = try await aws.principal(region: region, for: KeyUse(tenantID: tenantID))
      known.withLock { $0.aws = principal }
      return PlatformGuide(tenantID: tenantID, principal: principal)
    } catch { return PlatformGuide(tenantID: tenantID, principal: nil, failure: error) }
  }

  /// The same for every cloud, as the API shows it: those where we have an identity, each by its name.
  /// - Throws: 503 where we have none anywhere.
  func guides(for tenantID: UUID) async throws(APIError) -> JSONValue {
    async let google = gcpPrincipal(for: tenantID)
    async let microsoft = azurePrincipal(for: tenantID)
    let amazon = await guide(for: tenantID)
    var members: [String: JSONValue] = [:]
    members["gcp"] = (try? await google.get()).map { GCPGuide(principalEmail: $0).json }
    members["azure"] = (try? await microsoft.get()).map { AzureGuide(principal: $0).json }
    if amazon.principal != nil || members.isEmpty { members["aws"] = try amazon.json() }
    return .object(members)
  }

  /// Who we are in Google Cloud, or why we can't say. Suspends for a second at most: where there is no metadata server,
  /// nobody answers.
  func gcpPrincipal(for tenantID: UUID) async -> Result<String, KMSFailure> {
    let time = now()
    if let known = known.withLock({ $0.gcp }), time < known.until { return known.principal }
    let principal: Result<String, KMSFailure>
    do throws(KMSFailure) {
      principal = .success(try await gcp.principalEmail(for: use(for: tenantID, at: time)))
    } catch { principal = .failure(error) }
    known.withLock { $0.gcp = (principal, time.addingTimeInterval(Self.lifetime)) }
    return principal
  }

  /// Who we are in Azure, likewise.
  private func azurePrincipal(for tenantID: UUID) async -> Result<AzurePrincipal, KMSFailure> {
    let time = now()
    if let known = known.withLock({ $0.azure }), time < known.until { return known.principal }
    let principal: Result<AzurePrincipal, KMSFailure>
    do throws(KMSFailure) {
      principal = .success(try await azure.principal(for: use(for: tenantID, at: time)))
    } catch { principal = .failure(error) }
    known.withLock { $0.azure = (principal, time.addingTimeInterval(Self.lifetime)) }
    return principal
  }

  private func use(for tenantID: UUID, at time: Date) -> KeyUse {
    KeyUse(tenantID: tenantID, deadline: time.addingTimeInterval(Self.patience))
  }
}
