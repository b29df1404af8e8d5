internal import Cryptography
internal import FoundationEssentials
public import SigV4

/// Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where they are temporary, `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentials: AWSCredentialProvider {
  private let variable: @Sendable (String) -> String?

  /// Creates a provider that reads the process's environment.
  public init() {
    self.init { ProcessInfo.processInfo.environment[$0] }
  }

  /// Creates a provider.
  /// - Parameter variable: looks a variable up; an empty one counts as absent.
  public init(variable: @escaping @Sendable (String) -> String?) {
    self.variable = variable
  }

  /// Reads the variables anew.
  /// - Throws: `.noCredentials` where the key's id or its secret is absent.
  public func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials {
    guard let accessKeyID = value("AWS_ACCESS_KEY_ID"), let secret = value("AWS_SECRET_ACCESS_KEY") else {
      throw KMSFailure(
        reason: .noCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
        hint: "The platform has no AWS credentials of its own. Tried, in order: the environment variables "
          + "AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. The operator of the service has to set them.")
    }
    return AWSCredentials(
      accessKeyID: accessKeyID, secretAccessKey: SecretBytes(copying: secret.utf8),
      sessionToken: value("AWS_SESSION_TOKEN"))
  }

  private func value(_ name: String) -> String? {
    guard let value = variable(name), !value.isEmpty else { return nil }
    return value
  }
}
