internal import FoundationEssentials
public import SigV4

/// Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and, where they are temporary, `AWS_SESSION_TOKEN`.
public struct EnvironmentCredentials: AWSCredentialProvider, AWSCredentialSource {
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

  var kind: String { "the environment" }

  var name: String { "the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY" }

  /// Reads the variables anew.
  /// - Throws: `.noCredentials` where the key's id or its secret is absent.
  public func credentials(refreshing: Bool) async throws(KMSFailure) -> AWSCredentials {
    do throws(AWSSourceFailure) { return try await credentials().credentials } catch {
      throw .noAWSCredentials([tried(error)])
    }
  }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    switch (value("AWS_ACCESS_KEY_ID"), value("AWS_SECRET_ACCESS_KEY")) {
    case (let id?, let secret?):
      return try SourcedCredentials(id: id, secret: secret, token: value("AWS_SESSION_TOKEN"), expiration: nil)
    case (nil, nil): throw .absent("not set")
    default: throw .failed("one is set without the other")
    }
  }

  private func value(_ name: String) -> String? {
    guard let value = variable(name), !value.isEmpty else { return nil }
    return value
  }
}
