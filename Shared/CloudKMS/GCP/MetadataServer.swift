internal import HTTPClient

/// The service account of the machine that this runs on, by its metadata server (Compute Engine, "Authenticate workloads
/// using service accounts").
struct MetadataServer: GCPTokenSource {
  /// The longest that it may take: elsewhere than at Google its address answers nothing, or never.
  private static let patience = Duration.seconds(3)

  let host: String

  var absence: TriedSource {
    TriedSource(
      kind: "the machine's metadata server", name: "the metadata server at \(host)", why: "it did not answer as one")
  }

  /// Nil where there is no such server: this is no machine of Google's.
  func token(through caller: GCPCaller) async throws(KMSFailure) -> AccessToken? {
    guard let response = try await answer("token?scopes=\(GCPPlatform.scope)", through: caller) else { return nil }
    return try AccessToken(response, from: .metadata, at: caller.platform.clock.now())
  }

  /// Nil likewise.
  func email(through caller: GCPCaller) async throws(KMSFailure) -> String? {
    guard let response = try await answer("email", through: caller), response.status == 200 else { return nil }
    let email = String(decoding: response.body.prefix(254), as: UTF8.self)
    return GCPKeyConfiguration.isServiceAccount(email) ? email : nil
  }

  private func answer(_ name: String, through caller: GCPCaller) async throws(KMSFailure) -> HTTPResponse? {
    let url = "http://\(host)/computeMetadata/v1/instance/service-accounts/default/\(name)"
    let request = HTTPRequest(method: "GET", url: url, headers: [HTTPHeader("Metadata-Flavor", "Google")])
    let response: HTTPResponse
    do {
      response = try await caller.send(request, to: .metadata, stage: .credentials, atMost: Self.patience)
    } catch {
      guard !Task.isCancelled else { throw error }
      // Nobody there. That it can't be told from a server that is down for a moment is why this doesn't seal.
      return nil
    }
    // Whoever else answers at this address doesn't say so.
    guard response.header("Metadata-Flavor") == "Google", response.status != 404 else { return nil }
    return response
  }
}
