import CloudKMS
import FoundationEssentials
import HTTPClient
import Monitoring
import ServiceKit

extension Doctor {
  /// Asks each cloud who the platform is there: one where it is nobody is no fault.
  func examineIdentities(_ report: Report) async {
    let client = configuration.platform.makeHTTPClient(maximumConnections: 1)
    let metrics = MetricRegistry()
    let use = KeyUse(tenantID: UUID(), deadline: Date().addingTimeInterval(30))
    for (provider, identity) in await configuration.platform.makeClouds(client: client, metrics: metrics)
      .identities(for: use)
    {
      switch identity {
      case .success(let sentence) where provider == .aws:
        report(await principal(by: client, metrics: metrics, for: use, saying: sentence))
      case .success(let sentence): report(.ok(provider.rawValue, sentence))
      case .failure(let failure): report(Self.finding(of: failure, at: provider))
      }
    }
    await client.shutdown()
  }

  /// Whom AWS takes us for: that there are credentials says little yet.
  private func principal(
    by client: HTTPClient, metrics: MetricRegistry, for use: KeyUse, saying sentence: String
  ) async -> Finding {
    let platform = AWSPlatform(configuration.platform.makeEnvironment(of: .aws, client: client, metrics: metrics))
    do throws(KMSFailure) {
      let principal = try await platform.principal(region: configuration.platform.awsRegion, for: use)
      return .ok(KMSProvider.aws.rawValue, "\(sentence), which is \(principal.arn)")
    } catch { return Self.finding(of: error, at: .aws) }
  }

  static func finding(of failure: KMSFailure, at provider: KMSProvider) -> Finding {
    failure.reason == .noCredentials
      ? .warning(
        provider.rawValue, "no identity of its own there: tenants' keys there can't be used by it",
        advice: failure.operatorHint)
      : .failed(provider.rawValue, "\(failure)", advice: failure.operatorHint)
  }
}
