import Foundation
import HTTPClient
import JSON
import Testing

@testable import CloudKMS

/// A platform that is somebody elsewhere, on stand-ins in memory.
enum ExternalAccountFixture {
  static let account = "platform@saas.iam.gserviceaccount.com"
  static let audience =
    "//iam.googleapis.com/projects/123456/locations/global/workloadIdentityPools/saas/providers/cluster"
  static let impersonation =
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(account):generateAccessToken"
  static let awsSource: JSONValue = [
    "environment_id": "aws1", "region_url": "http://169.254.169.254/latest/meta-data/placement/availability-zone",
    "regional_cred_verification_url":
      "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
  ]
  static let awsType: JSONValue = "urn:ietf:params:aws:token-type:aws4_request"
}

/// A folder with a credential configuration, in which `FOLDER` stands for it, and other files.
final class ExternalAccountFolder {
  let path = NSTemporaryDirectory() + "external-account-\(UUID().uuidString)"

  init(_ members: [String: JSONValue?] = [:], files: [String: String] = ["token": "ey.J.1\n"]) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    var configuration: [String: JSONValue] = [
      "type": "external_account", "audience": .string(ExternalAccountFixture.audience),
      "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
      "token_url": "https://sts.googleapis.com/v1/token", "credential_source": ["file": "FOLDER/token"],
    ]
    for (name, value) in members { configuration[name] = value }
    let text = JSONValue.object(configuration).canonicalText.replacing("FOLDER", with: path)
    for (name, text) in files.merging(["configuration.json": text], uniquingKeysWith: { $1 }) {
      try write(text, to: name)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var configuration: String { path + "/configuration.json" }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(filePath: path + "/" + name))
  }
}

/// What the suites about it have in common.
protocol ExternalAccountSuite {}

extension ExternalAccountSuite {
  typealias Folder = ExternalAccountFolder
  typealias Fixture = ExternalAccountFixture

  func platform(
    _ gcp: ScriptedGCP, _ folder: ExternalAccountFolder, endpoint: String? = nil, clock: ManualClock = ManualClock()
  ) -> GCPPlatform {
    GCPPlatform(
      transport: gcp, credentialsFile: folder.configuration, endpoint: endpoint,
      plaintextHosts: ["169.254.169.254", "127.0.0.1:8080"],
      aws: (FixedCredentials(Sample.credentials), "eu-west-1"), clock: clock.clock)
  }

  func wrap(_ gcp: ScriptedGCP, _ folder: ExternalAccountFolder) async throws -> KMSFailure? {
    defer { withExtendedLifetime(folder) {} }
    let key = try Sample.gcpKEK(platform(gcp, folder))
    return await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
  }

  func form(_ request: HTTPRequest) -> [String: String] { ScriptedAWS.form(request) }

  func authorization(of request: HTTPRequest) -> String? {
    request.headers.first { $0.name == "Authorization" }?.value
  }
}
