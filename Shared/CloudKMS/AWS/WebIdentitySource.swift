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

  var kind: String { "a web identity" }

  var name: String { "the web identity in AWS_WEB_IDENTITY_TOKEN_FILE" }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    guard let path else { throw .absent("not set") }
    guard let roleARN else { throw .failed("AWS_ROLE_ARN is not set") }
    let token: String?
    do throws(SmallFileError) { token = try SmallFile.token(at: path, maximumLength: 16 << 10) } catch {
      throw .failed("of its file, \(error.why)")
    }
    guard let token else { throw .failed("its file holds no token") }
    return try await exchange.assume(roleARN, sessionName: sessionName, webIdentity: token)
  }
}
