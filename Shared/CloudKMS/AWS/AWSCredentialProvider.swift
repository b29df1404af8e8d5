public import SigV4

/// Where the platform's own AWS credentials come from.
public protocol AWSCredentialProvider: Sendable {
  /// The credentials to sign the next request with.
  /// - Parameter refreshing: true when the last ones were refused as expired: cached ones won't do.
  /// - Throws: `.noCredentials` with a hint that names the sources tried, in order.
  func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials
}

/// Credentials that were given once and don't change.
public struct FixedCredentials: AWSCredentialProvider {
  private let value: AWSCredentials

  /// Creates a provider of these credentials.
  public init(_ value: AWSCredentials) {
    self.value = value
  }

  /// The same credentials, always.
  public func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials { value }
}
