internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// Sends requests to Google's services.
struct GCPCaller: Sendable {
  let platform: GCPPlatform
  let use: KeyUse

  /// Calls a method of a JSON API with a token, and takes the answer apart.
  /// - Parameter body: what to send by `POST`; nil for a `GET`.
  /// - Throws: the failure that the answer's error means, or `.unreachable` where no answer came.
  func call(
    _ path: String, of service: GCPService, body: [UInt8]?, token: AccessToken, stage: VerificationStage
  ) async throws(KMSFailure) -> GCPAnswer {
    let origin = platform.endpoint ?? "https://\(service.rawValue).googleapis.com"
    var headers = [HTTPHeader("Authorization", "Bearer \(token.text)")]
    if body != nil { headers.append(HTTPHeader("Content-Type", "application/json; charset=utf-8")) }
    let response = try await send(
      HTTPRequest(
        method: body == nil ? "GET" : "POST", url: "\(origin)/v1/\(path)", headers: headers, body: body ?? []),
      to: service, stage: stage)
    // A second reference to the body would have a copy of it wiped, and the key left behind in the original.
    return try GCPAnswer(consume response, from: service, stage: stage)
  }

  /// Posts to a URL of Google's, or to the same path of what stands in for Google.
  func post(
    _ body: [UInt8], as type: String, to url: GoogleURL, of service: GCPService, token: AccessToken? = nil,
    stage: VerificationStage
  ) async throws(KMSFailure) -> HTTPResponse {
    var headers = [HTTPHeader("Content-Type", type)]
    if let token { headers.append(HTTPHeader("Authorization", "Bearer \(token.text)")) }
    let origin = platform.endpoint ?? "https://\(url.host)"
    return try await send(
      HTTPRequest(method: "POST", url: origin + url.path, headers: headers, body: body), to: service, stage: stage)
  }

  /// Sends a request as it is, within the use's time and at most this long.
  func send(
    _ request: HTTPRequest, to service: GCPService, stage: VerificationStage, atMost limit: Duration? = nil
  ) async throws(KMSFailure) -> HTTPResponse {
    var request = request
    request.timeout = try use.timeout(at: platform.clock.now(), for: service, stage: stage, atMost: limit)
    do { return try await platform.transport.send(request) } catch {
      throw KMSFailure(error, from: service, stage: stage)
    }
  }
}
