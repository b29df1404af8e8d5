import AMQP
import Foundation
import FoundationNetworking
import Testing

/// The broker that these tests run on: `TENANT_KMS_TEST_AMQP_URL` (an administrator) and
/// `TENANT_KMS_TEST_RABBITMQ_API` (its management API).
enum TestBroker {
  static var amqpURL: String? { ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AMQP_URL"] }
  static var apiURL: String? { ProcessInfo.processInfo.environment["TENANT_KMS_TEST_RABBITMQ_API"] }
  static var isConfigured: Bool { amqpURL != nil && apiURL != nil }

  /// A broker on `localhost` whose certificate bears only that name, such as `amqps://guest:guest@localhost:5671`.
  static var amqpsURL: String? { ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AMQPS_URL"] }
  /// The PEM file of the private authority that signed its certificate.
  static var caFile: String? { ProcessInfo.processInfo.environment["TENANT_KMS_TEST_AMQPS_CA"] }
  static var isTLSConfigured: Bool { amqpsURL != nil && caFile != nil }

  /// Runs a test in a virtual host of its own, deleted afterwards; on the broker that the environment names unless told.
  static func withVirtualHost(
    amqpURL: String? = TestBroker.amqpURL, apiURL: String? = TestBroker.apiURL,
    _ body: (VirtualHost) async throws -> Void
  ) async throws {
    let amqp = try #require(amqpURL.flatMap(URLComponents.init(string:)))
    let api = try #require(apiURL.flatMap(URL.init(string:)))
    let name = "test-\(UUID().uuidString.lowercased())"
    let host = VirtualHost(
      name: name, api: ManagementAPI(base: api, user: amqp.user ?? "guest", password: amqp.password ?? "guest"),
      amqp: amqp)
    try await host.create()
    do {
      try await body(host)
    } catch {
      try await host.delete()
      throw error
    }
    try await host.delete()
  }
}
