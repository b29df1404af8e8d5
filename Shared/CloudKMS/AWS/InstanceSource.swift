internal import HTTPClient

/// The role of an EC2 instance, by its metadata service in version 2, which wants a token first (EC2, "Use the Instance
/// Metadata Service to access instance metadata"). Version 1, which anybody in reach of a proxy may ask, is never used.
struct InstanceSource: AWSCredentialSource {
  private static let tokenLifetime = 300
  private static let path = "/latest/meta-data/iam/security-credentials/"

  private let isDisabled: Bool
  private let origin: String
  private let metadata: MetadataRequest

  init(_ environment: CloudEnvironment) {
    isDisabled = environment.variable("AWS_EC2_METADATA_DISABLED")?.lowercased() == "true"
    let origin = environment.variable("AWS_EC2_METADATA_SERVICE_ENDPOINT") ?? AWSPlatform.metadataOrigin
    self.origin = origin.hasSuffix("/") ? String(origin.dropLast()) : origin
    metadata = MetadataRequest(transport: environment.transport)
  }

  var kind: String { "an instance's role" }

  var name: String { "the instance's role by the metadata service at \(origin)" }

  func credentials() async throws(AWSSourceFailure) -> SourcedCredentials {
    guard !isDisabled else { throw .absent("AWS_EC2_METADATA_DISABLED is true") }
    do throws(MetadataFailure) {
      let lifetime = HTTPHeader("X-aws-ec2-metadata-token-ttl-seconds", String(Self.tokenLifetime))
      let token = try await metadata.body(origin + "/latest/api/token", method: "PUT", headers: [lifetime])
      guard (1...1024).contains(token.count), token.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
        throw MetadataFailure(status: 200, why: "it answered without a token")
      }
      let header = HTTPHeader("X-aws-ec2-metadata-token", String(decoding: token, as: UTF8.self))
      let listed = try await metadata.body(origin + Self.path, headers: [header])
      let role = listed.prefix { (0x21..<0x7F).contains($0) && !"/?#%".utf8.contains($0) }
      guard !role.isEmpty, role.count <= 64 else { throw MetadataFailure(status: 200, why: "it names no role") }
      let url = origin + Self.path + String(decoding: role, as: UTF8.self)
      return try await parsed(metadata.body(url, headers: [header]))
    } catch { throw error.status == nil || error.status == 404 ? .absent(error.why) : .failed(error.why) }
  }

  private func parsed(_ body: [UInt8]) throws(MetadataFailure) -> SourcedCredentials {
    do throws(AWSSourceFailure) { return try SourcedCredentials(parsing: body) } catch {
      throw MetadataFailure(status: 200, why: error.why)
    }
  }
}
