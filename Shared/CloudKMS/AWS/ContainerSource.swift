internal import HTTPClient

/// The role of a container in ECS or EKS ("AWS SDKs and Tools Reference Guide", "Container credential provider").
struct ContainerSource: AWSCredentialSource {
  /// Where ECS answers; EKS's addresses come in a full URI.
  static let host = "169.254.170.2"
  /// Whom a full URI may name over plain HTTP, besides this machine: ECS and EKS.
  private static let plaintextHosts = [host, "169.254.170.23", "[fd00:ec2::23]", "127.0.0.1", "localhost", "[::1]"]

  private let relativeURI: String?
  private let fullURI: String?
  private let token: String?
  private let tokenPath: String?
  private let metadata: MetadataRequest

  init(_ environment: CloudEnvironment) {
    relativeURI = environment.variable("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    fullURI = environment.variable("AWS_CONTAINER_CREDENTIALS_FULL_URI")
    token = environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN")
    tokenPath = environment.variable("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE")
    metadata = MetadataRequest(transport: environment.transport)
  }

  var kind: String { "a container's role" }

  var name: String {
    "the container's role by AWS_CONTAINER_CREDENTIALS_RELATIVE_URI or AWS_CONTAINER_CREDENTIALS_FULL_URI"
  }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    let url = try url()
    var headers: [HTTPHeader] = []
    if let token = try authorization() { headers.append(HTTPHeader("Authorization", token)) }
    let body: [UInt8]
    do throws(MetadataFailure) { body = try await metadata.body(url, headers: headers) } catch {
      throw .failed(error.why)
    }
    return try SourcedCredentials(parsing: body)
  }

  private func url() throws(AWSSourceFailure) -> String {
    if let relativeURI {
      guard relativeURI.hasPrefix("/") else { throw .failed("the relative URI does not begin with a slash") }
      return "http://\(Self.host)\(relativeURI)"
    }
    guard let fullURI else { throw .absent("not set") }
    guard !fullURI.hasPrefix("https://") else { return fullURI }
    let host = fullURI.dropFirst("http://".count).prefix { $0 != "/" && $0 != "?" }
    let isAllowed = Self.plaintextHosts.contains { host == $0 || host.hasPrefix($0 + ":") }
    guard fullURI.hasPrefix("http://"), isAllowed else {
      throw .failed("the full URI is neither https:// nor of this machine, ECS or EKS")
    }
    return fullURI
  }

  /// A file's token is read anew, since it is replaced while the platform runs.
  private func authorization() throws(AWSSourceFailure) -> String? {
    guard let tokenPath else { return token }
    let token: String?
    do throws(SmallFileError) { token = try SmallFile.token(at: tokenPath, maximumLength: 16 << 10) } catch {
      throw .failed("of the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE, \(error.why)")
    }
    guard let token else { throw .failed("the file in AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE holds no token") }
    return token
  }
}
