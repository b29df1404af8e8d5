import Foundation
import HTTPClient
import JSON

/// A stand-in for Google Cloud on the loopback interface: `Tests/StandIns/gcp`.
///
/// `TENANT_KMS_TEST_GCP_ENDPOINT` names it; without that variable the tests that need it are skipped.
struct StandInGCP: Sendable {
  static let endpoint = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_GCP_ENDPOINT"]
  /// A Python that has Google's own clients.
  static let python = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_GCP_PYTHON"]

  let endpoint: String
  let client: HTTPClient

  struct Refusal: Error {
    let status: Int
  }

  init(endpoint: String) {
    self.endpoint = endpoint
    var configuration = HTTPClientConfiguration()
    configuration.allowsPlaintext = true
    client = HTTPClient(configuration: configuration)
  }

  /// Does what the owner of a project or a machine would.
  func administer(_ operation: String, _ members: [String: JSONValue]) async throws {
    let body = JSONValue.object(members.merging(["op": .string(operation)]) { $1 })
    let response = try await client.send(
      HTTPRequest(method: "POST", url: endpoint + "/_admin", body: body.canonicalBytes))
    guard response.status == 200 else { throw Refusal(status: response.status) }
  }
}
