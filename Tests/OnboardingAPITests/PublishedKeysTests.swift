import Configuration
import Foundation
import HTTPClient
import HTTPTypes
import Hummingbird
import JSON
import JWTKit
import Logging
import NIOCore
import ServiceKit
import ServiceLifecycle
import Repository
import Testing

@testable import onboarding_api

/// An issuer that publishes its keys over HTTP on this machine: the settings, the client and the parser together.
@Suite struct PublishedKeysTests {
  @Test func `keys published over HTTP on this machine verify tokens`() async throws {
    let key = ES256PrivateKey()
    let keys = JSONValue.object(["keys": [try .elliptic(key, id: "1")]])
    try await Self.serving(keys) { port in
      var reader = SettingsReader(
        provider: EnvironmentVariablesProvider(environmentVariables: [
          "ADMIN_JWT_ISSUER": "issuer", "ADMIN_JWT_JWKS_URL": "http://127.0.0.1:\(port)/keys",
        ]))
      let settings = try IdentitySettings(&reader)
      let client = settings.makeHTTPClient()
      let verifier = AdminTokenVerifier(
        keys: try await settings.makeKeySource(client: client), issuer: settings.issuer, audience: settings.audience,
        now: { Issuer.now })
      let identity = try await verifier.identity(of: Issuer(key).token(header: ["kid": "1"]))
      #expect(identity.role == .owner)
      await expectRefused(try await Issuer(ES256PrivateKey()).token(header: ["kid": "1"]), by: verifier)
      await client.shutdown()
    }
  }

  /// Serves a key set while the body runs.
  private static func serving(_ keys: JSONValue, _ body: (Int) async throws -> Void) async throws {
    let router = Router()
    router.get("keys") { _, _ in Response(json: keys) }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    let group = ServiceGroup(services: [application], logger: logger)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      try await body(try #require(await iterator.next()))
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }
}
