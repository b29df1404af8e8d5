import CloudKMS
import Foundation
import HTTPClient
import HTTPTypes
import SigV4
import Testing

/// Metadata services over real HTTP, which answer, refuse or hang.
@Suite struct MetadataEndpointTests {
  private static let role = "/latest/meta-data/iam/security-credentials/"
  private static let credentials = """
    {"Code":"Success","AccessKeyId":"ASIALOCAL","SecretAccessKey":"s","Token":"t","Expiration":"2096-01-01T00:00:00Z"}
    """

  /// What the chain finds with these variables, over a client like the services'.
  private func found(_ variables: [String: String], at origin: String) async -> Result<String, KMSFailure> {
    var configuration = HTTPClientConfiguration()
    configuration.plaintextHosts = [String(origin.trimmingPrefix("http://"))]
    let client = HTTPClient(configuration: configuration)
    let nowhere = ["AWS_CONFIG_FILE": "/nonexistent", "AWS_SHARED_CREDENTIALS_FILE": "/nonexistent"]
    let all = nowhere.merging(variables.mapValues { $0.replacing("ORIGIN", with: origin) }) { $1 }
    let chain = AWSCredentialChain(CloudEnvironment(transport: client) { all[$0] })
    let result: Result<String, KMSFailure>
    do throws(KMSFailure) {
      result = .success(try await chain.credentials(refreshing: false).accessKeyID)
    } catch { result = .failure(error) }
    await client.shutdown()
    return result
  }

  private func instance(
    _ method: HTTPTypes.HTTPRequest.Method, _ path: String, _ headers: HTTPFields
  ) -> LocalServer.Answer {
    let field = { HTTPField.Name($0).flatMap { headers[$0] } }
    switch (method, path) {
    case (.put, "/latest/api/token"):
      return field("X-aws-ec2-metadata-token-ttl-seconds") == "300" ? .body("token") : .status(400)
    case (.get, Self.role), (.get, Self.role + "Platform"):
      guard field("X-aws-ec2-metadata-token") == "token" else { return .status(401) }
      return .body(path == Self.role ? "Platform" : Self.credentials)
    default: return .status(404)
    }
  }

  @Test func `an instance's metadata service gives the role's credentials`() async throws {
    try await LocalServer.serving(instance) { origin in
      #expect(await found(["AWS_EC2_METADATA_SERVICE_ENDPOINT": "ORIGIN"], at: origin) == .success("ASIALOCAL"))
    }
  }

  @Test func `a container's endpoint gives its credentials to who presents the token`() async throws {
    try await LocalServer.serving({ _, path, headers in
      headers[.authorization] == "c-token" && path == "/c" ? .body(Self.credentials) : .status(403)
    }) { origin in
      let uri = ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "ORIGIN/c"]
      let token = ["AWS_CONTAINER_AUTHORIZATION_TOKEN": "c-token"]
      #expect(await found(uri.merging(token) { $1 }, at: origin) == .success("ASIALOCAL"))
      let refused = await found(uri, at: origin)
      #expect(throws: KMSFailure.self) { try refused.get() }
      guard case .failure(let failure) = refused else { return }
      #expect(failure.operatorDetail?.contains("status 403") == true)
    }
  }

  @Test(
    .timeLimit(.minutes(1)), arguments: ["AWS_EC2_METADATA_SERVICE_ENDPOINT", "AWS_CONTAINER_CREDENTIALS_FULL_URI"])
  func `an endpoint that hangs is given up after two seconds`(_ variable: String) async throws {
    try await LocalServer.serving({ _, _, _ in .silence }) { origin in
      let start = ContinuousClock.now
      let outcome = await found([variable: "ORIGIN/c"], at: origin)
      guard case .failure(let failure) = outcome else { return #expect(Bool(false), "\(outcome)") }
      #expect(failure.reason == .noCredentials)
      #expect(failure.operatorDetail?.contains("timeout in response") == true)
      #expect(ContinuousClock.now - start < .seconds(9))
    }
  }

  @Test func `the metadata services of other clouds are given up as soon`() async throws {
    try await LocalServer.serving({ _, _, _ in .silence }) { origin in
      let host = String(origin.trimmingPrefix("http://"))
      var configuration = HTTPClientConfiguration()
      configuration.plaintextHosts = [host]
      let client = HTTPClient(configuration: configuration)
      let clouds = Clouds([
        GCPPlatform(transport: client, credentialsFile: nil, metadataHost: host),
        AzurePlatform(transport: client, metadataHost: host) { _ in nil },
      ])
      let verifier = KeyVerifier(clouds: clouds)
      for body in [Sample.gcpBody(), Sample.azureBody()] {
        let start = ContinuousClock.now
        let failure = await #expect(throws: KMSFailure.self) {
          try await verifier.verify(
            KMSCandidate.parse(body), tenantID: UUID(), keyVersion: 1, deadline: Date() + 30)
        }
        #expect(failure?.reason == .noCredentials)
        #expect(failure?.stage == .credentials)
        #expect(ContinuousClock.now - start < .seconds(9))
      }
      await client.shutdown()
    }
  }
}
