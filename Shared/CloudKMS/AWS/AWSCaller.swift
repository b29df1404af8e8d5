internal import FoundationEssentials
internal import HTTPClient
internal import SigV4

/// Signs requests to AWS's services in one region and sends them.
struct AWSCaller: Sendable {
  let platform: AWSPlatform
  let region: String
  let partition: AWSPartition
  /// After this instant nobody waits for the answer.
  var deadline: Date?

  /// Sends a POST to the root of a service.
  /// - Throws: `.unreachable` where no answer came, `.platformCredentials` where the credentials can't sign.
  func post(
    _ body: [UInt8], to service: AWSService, headers: [HeaderField], credentials: AWSCredentials,
    stage: VerificationStage
  ) async throws(KMSFailure) -> HTTPResponse {
    let now = platform.clock.now()
    let timeout = try deadline.map { deadline throws(KMSFailure) in
      let seconds = deadline.timeIntervalSince(now)
      guard seconds > 0 else {
        throw .unreachable("The time for the verification was over before \(service.name) was asked.", stage: stage)
      }
      return Duration.milliseconds(Int64(min(seconds, 86_400) * 1000))
    }
    let origin = platform.endpoint ?? service.origin(region: region, partition: partition)
    let signed: SignedRequest
    do throws(SigV4Error) {
      let host = HeaderField(name: "Host", value: String(origin.drop { $0 != ":" }.dropFirst(3)))
      let request = SigningRequest(method: "POST", path: "/", headers: [host] + headers, body: body)
      let signer = try SigV4Signer(region: region, service: service.rawValue)
      signed = try signer.sign(request, credentials: credentials, at: now)
    } catch {
      throw KMSFailure(error, stage: stage)
    }
    let fields = signed.headers.map { HTTPHeader($0.name, $0.value) }
    do {
      return try await platform.transport.send(
        HTTPRequest(method: "POST", url: origin + "/", headers: fields, body: body, timeout: timeout))
    } catch {
      throw KMSFailure(error, from: service, stage: stage)
    }
  }
}
