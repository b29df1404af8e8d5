import Foundation
import HTTPClient
import JSON

/// A stand-in for Azure on the loopback interface: `Tests/StandIns/azure`.
///
/// `TENANT_KMS_TEST_AZURE_ENDPOINT` names it; without that variable the tests that need it are skipped.
struct StandInAzure: Sendable {
  static let endpoint = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AZURE_ENDPOINT"]
  /// Where it speaks TLS, in the names of Microsoft's hosts.
  static let tlsPort = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AZURE_TLS_PORT"]
  /// The file of the authority that vouches for it there.
  static let authority = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AZURE_AUTHORITY"]
  /// A Python that has Microsoft's own clients.
  static let python = ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AZURE_PYTHON"]

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

  /// Its address, as of a metadata service.
  var host: String { String(endpoint.trimmingPrefix("http://")) }

  /// Does what the owner of a directory, a vault or a machine would.
  @discardableResult
  func administer(_ operation: String, _ members: [String: JSONValue]) async throws -> JSONValue {
    let body = JSONValue.object(members.merging(["op": .string(operation)]) { $1 })
    let response = try await client.send(
      HTTPRequest(method: "POST", url: endpoint + "/_admin", body: body.canonicalBytes))
    guard response.status == 200 else { throw Refusal(status: response.status) }
    return try JSONValue(parsing: response.body)
  }
}
