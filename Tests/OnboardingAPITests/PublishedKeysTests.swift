import Clocks
import Configuration
import Foundation
import HTTPClient
import JSON
import JWTKit
import Repository
import ServiceKit
import Testing

@testable import onboarding_api

/// An issuer that publishes its keys over real HTTP: the settings, the client and the parser together.
@Suite struct PublishedKeysTests {
  private let first = ES256PrivateKey()
  private let second = ES256PrivateKey()
  private let thief = ES256PrivateKey()
  private let clock = ManualClock()

  @Test func `keys published over HTTP on this machine verify tokens`() async throws {
    try await IssuerServer.serving { server, url in
      server.publish([try .elliptic(first, id: "1")])
      var reader = SettingsReader(
        provider: EnvironmentVariablesProvider(environmentVariables: [
          "ADMIN_JWT_ISSUER": "issuer", "ADMIN_JWT_JWKS_URL": url + "/keys",
        ]))
      let settings = try IdentitySettings(&reader)
      let client = settings.makeHTTPClient()
      let verifier = AdminTokenVerifier(
        keys: try await settings.makeKeySource(client: client), issuer: settings.issuer, audience: settings.audience,
        now: { Issuer.now })
      let identity = try await verifier.identity(of: Issuer(first).token(header: ["kid": "1"]))
      #expect(identity.role == .owner)
      await expectRefused(try await Issuer(thief).token(header: ["kid": "1"]), by: verifier)
      await client.shutdown()
    }
  }

  @Test func `a new key counts as soon as a token names it, and the one that it replaced no longer`() async throws {
    try await withVerifier { server, _, verifier in
      let old = try await Issuer(first).token(header: ["kid": "1"])
      let new = try await Issuer(second).token(header: ["kid": "2"])
      _ = try await verifier.identity(of: old)
      server.publish([try .elliptic(second, id: "2")])
      await expectRefused(new, by: verifier)
      clock.advance(by: .seconds(10))
      _ = try await verifier.identity(of: new)
      await expectRefused(old, by: verifier)
      #expect(server.requests == ["/keys", "/keys"])
    }
  }

  @Test func `a token can't say where its key is`() async throws {
    try await withVerifier { server, url, verifier in
      for header: [String: JSONValue?] in [
        ["kid": "1", "jku": .string(url + "/stolen")], ["kid": "t", "jku": .string(url + "/stolen")],
        ["kid": "1", "x5u": .string(url + "/stolen")], ["kid": "1", "jwk": try .elliptic(thief, id: "1")],
      ] { await expectRefused(try await Issuer(thief).token(header: header), by: verifier) }
      #expect(Set(server.requests) == ["/keys"])
    }
  }

  @Test func `a published key verifies its own algorithm alone`() async throws {
    try await withVerifier { _, _, verifier in
      let published = try JSONValue.elliptic(first, id: "1")
      let secrets = [Array(first.publicKey.pemRepresentation.utf8), published.canonicalBytes]
      for secret in secrets {
        for alg in ["HS256", "ES256"] {
          let forged = try await Issuer(hmac: secret).token(header: ["kid": "1", "alg": .string(alg)])
          await expectRefused(forged, by: verifier)
        }
      }
      let good = try await Issuer(first).token(header: ["kid": "1"])
      for alg in ["none", "None", ""] {
        let unsigned = try await Issuer(first).token(header: ["kid": "1", "alg": .string(alg)])
        await expectRefused(unsigned, by: verifier)
        await expectRefused(unsigned.split(separator: ".").dropLast().joined(separator: ".") + ".", by: verifier)
      }
      _ = try await verifier.identity(of: good)
    }
  }

  @Test func `a redirect is not followed, whatever lies behind it`() async throws {
    try await withVerifier { server, url, verifier in
      for target in ["/stolen", url + "/stolen", "http://169.254.169.254/latest/meta-data"] {
        server.answer(.redirect(to: target))
        clock.advance(by: .seconds(300))
        await expectUnavailable(try await Issuer(thief).token(header: ["kid": "1"]), by: verifier)
      }
      #expect(Set(server.requests) == ["/keys"])
    }
  }

  @Test func `an issuer that says too much, or nothing, is out of reach, and is asked again`() async throws {
    try await withVerifier { server, _, verifier in
      let token = try await Issuer(first).token(header: ["kid": "1"], claims: ["exp": 4_000_000_000])
      for fault in [IssuerServer.Answer.length(2 << 20), .silence] {
        server.answer(fault)
        clock.advance(by: .seconds(300))
        let asked = server.requests.count
        await withTaskGroup { group in
          for _ in 0..<20 { group.addTask { await expectUnavailable(token, by: verifier) } }
        }
        #expect(server.requests.count == asked + 1, "all of them waited for one request")
        server.publish([try .elliptic(first, id: "1")])
        clock.advance(by: .seconds(10))
        _ = try await verifier.identity(of: token)
      }
    }
  }

  /// Lends a verifier that has the keys of a server, which publishes the first.
  private func withVerifier(
    _ body: (IssuerServer, String, AdminTokenVerifier) async throws -> Void
  ) async throws {
    try await IssuerServer.serving(stolen: [try .elliptic(thief, id: "1"), try .elliptic(thief, id: "t")]) {
      server, url in
      server.publish([try .elliptic(first, id: "1")])
      var configuration = HTTPClientConfiguration()
      configuration.allowsPlaintext = true
      let client = HTTPClient(configuration: configuration)
      let verifier = AdminTokenVerifier(
        keys: JWKSKeySource(url: url + "/keys", transport: client, clock: clock), issuer: "issuer",
        audience: "tenant-kms", now: { Issuer.now })
      do { try await body(server, url, verifier) } catch {
        await client.shutdown()
        throw error
      }
      await client.shutdown()
    }
  }
}

/// Expects that it can't be decided whether a token is good.
private func expectUnavailable(_ token: String, by verifier: AdminTokenVerifier) async {
  await #expect(throws: APIError.unavailable("the token issuer")) { try await verifier.identity(of: token) }
}
