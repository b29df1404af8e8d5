import CloudKMS
import Foundation
import JSON

/// The platform as a workload elsewhere, whose token is in a file, and which may act as the platform's service account.
struct FederatedWorkload: Sendable {
  private let project: CustomerGCPProject
  private let folder: URL
  private let pool: String
  private let token = UUID().uuidString

  /// Makes one that the stand-in knows, with a credential configuration as Google's command line writes it.
  static func create(of project: CustomerGCPProject) async throws -> FederatedWorkload {
    let id = UUID().uuidString.lowercased()
    let workload = FederatedWorkload(
      project: project, folder: FileManager.default.temporaryDirectory.appending(path: "workload-\(id)"),
      pool: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool-\(id)")
    try FileManager.default.createDirectory(at: workload.folder, withIntermediateDirectories: true)
    try Data(workload.configuration.canonicalBytes).write(to: workload.configurationFile)
    try workload.write(token: workload.token)
    try await project.gcp.administer(
      "workload",
      [
        "audience": .string(workload.audience), "token": .string(workload.token),
        "principal": .string(workload.principal),
      ])
    return workload
  }

  /// Forgets its files.
  func remove() { try? FileManager.default.removeItem(at: folder) }

  private var audience: String { "\(pool)/providers/cluster" }
  private var principal: String { "principal:\(pool)/subject/verifier" }
  private var configurationFile: URL { folder.appending(path: "configuration.json") }
  private var tokenFile: URL { folder.appending(path: "token") }

  private var configuration: JSONValue {
    [
      "type": "external_account", "universe_domain": "googleapis.com", "audience": .string(audience),
      "subject_token_type": "urn:ietf:params:oauth:token-type:jwt", "token_url": "https://sts.googleapis.com/v1/token",
      "service_account_impersonation_url": .string(
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(project.platformAccount)"
          + ":generateAccessToken"), "credential_source": ["file": .string(tokenFile.path())],
    ]
  }

  /// Puts a token into its file.
  func write(token: String) throws { try Data(token.utf8).write(to: tokenFile) }

  /// Whether the service account lets it act as itself.
  func setTrusted(_ isTrusted: Bool) async throws {
    try await project.set(
      "iam.serviceAccounts.getAccessToken", of: principal,
      on: "projects/-/serviceAccounts/\(project.platformAccount)", granted: isTrusted)
  }

  /// The platform's standing, with nothing kept of what others have fetched.
  var platform: GCPPlatform {
    GCPPlatform(
      transport: project.gcp.client, credentialsFile: configurationFile.path(), endpoint: project.gcp.endpoint)
  }
}
