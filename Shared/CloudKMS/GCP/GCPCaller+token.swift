extension GCPCaller {
  /// Makes a request with a token of the platform's own; with a fresh one, once more, where ours isn't accepted.
  func withPlatformToken<Result>(
    _ request: (AccessToken) async throws(KMSFailure) -> Result
  ) async throws(KMSFailure) -> Result {
    let token = try await platform.token(refreshing: false, through: self)
    do { return try await request(token) } catch {
      guard error.reason == .platformCredentials else { throw error }
    }
    return try await request(platform.token(refreshing: true, through: self))
  }
}
