import CloudKMS
import FoundationEssentials
import HTTPClient
import MasterKeys
import Monitoring
import ServiceKit

extension Doctor {
  /// Has the KMS key of the platform's own, where there is one, wrap and unwrap random bytes.
  func examinePlatformKey(_ report: Report) async {
    guard let key = configuration.operatorKey else { return }
    let client = configuration.platform.makeHTTPClient(maximumConnections: 1)
    let wrapping = PlatformWrapping(
      global: configuration.masterKey, operatorKey: key,
      clouds: configuration.platform.makeClouds(client: client, metrics: MetricRegistry()))
    do throws(MasterKeyError) {
      let answered = try await wrapping.tryOut(at: Date()) ?? ""
      report(.ok("platform", "new keys of the platform's wrapping are wrapped by \(answered), which unwraps them too"))
    } catch { report(.failed("platform", "\(key): \(error)", advice: error.advice)) }
    await client.shutdown()
  }
}
