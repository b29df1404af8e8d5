internal import FoundationEssentials

/// A role that trusts a token in a file, such as that of a Kubernetes service account (EKS, "IAM roles for service
/// accounts"). The file is read anew each time: its token is replaced while the platform runs.
struct WebIdentitySource: AWSCredentialSource {
  let path: String?
  let roleARN: String?
  let sessionName: String?
  let exchange: AWSTokenExchange

  init(_ environment: CloudEnvironment, exchange: AWSTokenExchange) {
    self.init(
      path: environment.variable("AWS_WEB_IDENTITY_TOKEN_FILE"), roleARN: environment.variable("AWS_ROLE_ARN"),
      sessionName: environment.variable("AWS_ROLE_SESSION_NAME"), exchange: exchange)
  }

  init(path: String?, roleARN: String?, sessionName: String?, exchange: AWSTokenExchange) {
    self.path = path
    self.roleARN = roleARN
    self.sessionName = sessionName
    self.exchange = exchange
  }

  var name: String { "the web identity in AWS_WEB_IDENTITY_TOKEN_FILE" }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    guard let path else { throw .absent("not set") }
    guard let roleARN else { throw .failed("AWS_ROLE_ARN is not set") }
    guard let data = FileManager.default.contents(atPath: path), data.count <= 16 << 10 else {
      throw .failed("the file can't be read")
    }
    let token = String(decoding: data.filter { $0 > 0x20 }, as: UTF8.self)
    guard !token.isEmpty else { throw .failed("the file is empty") }
    return try await exchange.assume(roleARN, sessionName: sessionName, webIdentity: token)
  }
}
