internal import FoundationEssentials
internal import HTTPClient
internal import SigV4

/// Signs requests to AWS's services in one region and sends them.
struct AWSCaller: Sendable {
  let platform: AWSPlatform
  let use: KeyUse
  private let region: String
  private let partition: AWSPartition

  init(_ configuration: AWSKeyConfiguration, platform: AWSPlatform, use: KeyUse) {
    self.init(platform, region: configuration.region, partition: configuration.partition, use: use)
  }

  init(_ platform: AWSPlatform, region: String, partition: AWSPartition, use: KeyUse) {
    self.platform = platform
    self.use = use
    self.region = region
    self.partition = partition
  }

  /// Sends a POST to the root of a service, signed unless there are no credentials.
  /// - Throws: `.unreachable` where no answer came, `.platformCredentials` where the credentials can't sign.
  func post(
    _ body: [UInt8], to service: AWSService, headers: [HeaderField], credentials: AWSCredentials?,
    stage: VerificationStage
  ) async throws(KMSFailure) -> HTTPResponse {
    let now = platform.clock.now()
    let timeout = try use.timeout(at: now, for: service, stage: stage)
    let origin = platform.endpoint ?? service.origin(region: region, partition: partition)
    var fields = headers
    if let credentials {
      do throws(SigV4Error) {
        let host = HeaderField(name: "Host", value: String(origin.drop { $0 != ":" }.dropFirst(3)))
        let request = SigningRequest(method: "POST", path: "/", headers: [host] + headers, body: body)
        let signer = try SigV4Signer(region: region, service: service.rawValue)
        fields = try signer.sign(request, credentials: credentials, at: now).headers
      } catch {
        throw KMSFailure(error, stage: stage)
      }
    }
    let sent = fields.map { HTTPHeader($0.name, $0.value) }
    do {
      return try await platform.transport.send(
        HTTPRequest(method: "POST", url: origin + "/", headers: sent, body: body, timeout: timeout))
    } catch {
      throw KMSFailure(error, from: service, stage: stage)
    }
  }
}
