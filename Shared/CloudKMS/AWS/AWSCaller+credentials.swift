internal import SigV4

extension AWSCaller {
  /// Makes a request with the platform's own credentials; with fresh ones, once more, where these have expired.
  func withPlatformCredentials<Result>(
    _ request: (AWSCredentials) async throws(KMSFailure) -> Result
  ) async throws(KMSFailure) -> Result {
    do {
      return try await request(platform.credentials.credentials(refreshing: false))
    } catch {
      guard error.reason == .expiredToken else { throw error }
    }
    return try await request(platform.credentials.credentials(refreshing: true))
  }
}
