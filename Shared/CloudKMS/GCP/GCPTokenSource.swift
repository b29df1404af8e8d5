internal import FoundationEssentials
internal import HTTPClient
internal import JSON

/// Where an access token of the platform's own may come from.
protocol GCPTokenSource: Sendable {
  /// The source, for whoever has to set one up, and why it gave nothing.
  var absence: TriedSource { get }

  /// A new token; nil where there is no such source here.
  /// - Throws: why the source, though it is there, gave none.
  func token(through caller: GCPCaller) async throws(KMSFailure) -> AccessToken?

  /// The e-mail address of the service account; nil likewise.
  func email(through caller: GCPCaller) async throws(KMSFailure) -> String?
}

extension AccessToken {
  /// Reads an answer as of RFC 6749, section 5.1.
  init(_ response: HTTPResponse, from service: GCPService, at now: Date) throws(KMSFailure) {
    let answer = try GCPAnswer(response, from: service, stage: .credentials)
    guard let seconds = answer.integer("expires_in"), (1...86_400).contains(seconds),
      let token = AccessToken(try answer.text("access_token"), expiresAt: now.addingTimeInterval(Double(seconds)))
    else { throw .garbage("without a token", from: service, status: 200, stage: .credentials) }
    self = token
  }
}
