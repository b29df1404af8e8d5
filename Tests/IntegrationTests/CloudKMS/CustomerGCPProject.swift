import CloudKMS
import Foundation
import JSON
import SampleKeys

/// A customer with a key and a service account in a project of their own, and the platform's service account, which may
/// impersonate that one.
///
/// Every instance has names of its own, so that any number of tests can share one stand-in.
struct CustomerGCPProject: Sendable {
  let gcp: StandInGCP
  let keyName: String
  let serviceAccount: String
  /// The platform's own service account, and its key file.
  let platformAccount: String
  let credentialsFile: URL

  /// Sets everything up as a customer would, lends it, and removes the key file.
  static func with(_ body: (CustomerGCPProject) async throws -> Void) async throws {
    let id = UUID().uuidString.lowercased().prefix(13)
    let gcp = StandInGCP(endpoint: StandInGCP.endpoint ?? "")
    let project = CustomerGCPProject(
      gcp: gcp, keyName: "projects/acme-\(id)/locations/europe-west3/keyRings/saas/cryptoKeys/tenant-kms",
      serviceAccount: "tenant-kms@acme-\(id).iam.gserviceaccount.com",
      platformAccount: "platform@saas-\(id).iam.gserviceaccount.com",
      credentialsFile: FileManager.default.temporaryDirectory.appending(path: "service-account-\(id).json"))
    try Data(project.keyFile.canonicalBytes).write(to: project.credentialsFile)
    defer { try? FileManager.default.removeItem(at: project.credentialsFile) }
    try await gcp.administer(
      "account",
      [
        "email": .string(project.platformAccount), "key_id": .string(project.platformAccount),
        "public_key": .string(RFC7515.publicKey),
      ])
    try await gcp.administer("key", ["name": .string(project.keyName)])
    for switching in GCPKillSwitch.grants { try await switching.restore(project) }
    try await body(project)
  }

  private var keyFile: JSONValue {
    [
      "type": "service_account", "private_key_id": .string(platformAccount),
      "private_key": .string(RFC7515.privateKey), "client_email": .string(platformAccount),
      "token_uri": .string(gcp.endpoint + "/token"),
    ]
  }

  /// An onboarding body for the key.
  var candidate: JSONValue {
    [
      "provider": "gcp", "kms_key_ref": .string(keyName),
      "config": ["impersonate_service_account": .string(serviceAccount)],
    ]
  }

  /// The variables that have services run as the platform's service account.
  var settings: [String: String] {
    ["GCP_ENDPOINT_URL": gcp.endpoint, "GOOGLE_APPLICATION_CREDENTIALS": credentialsFile.path()]
  }

  func clouds(endpoint: String? = nil, clock: KMSClock = .system) -> Clouds {
    Clouds([
      GCPPlatform(
        transport: gcp.client, credentialsFile: credentialsFile.path(), endpoint: endpoint ?? gcp.endpoint, clock: clock
      )
    ])
  }

  func setState(_ state: String, version: Int = 1) async throws {
    try await gcp.administer(
      "state", ["name": .string(keyName), "version": .number(Double(version)), "state": .string(state)])
  }

  /// Gives or takes a permission.
  func set(_ permission: String, of principal: String, on resource: String, granted: Bool) async throws {
    try await gcp.administer(
      granted ? "grant" : "revoke",
      ["who": .string(principal), "permission": .string(permission), "on": .string(resource)])
  }
}
