import Configuration
import Foundation
import HTTPClient
import JWTKit
import ServiceKit
import Testing

@testable import onboarding_api

@Suite struct IdentitySettingsTests {
  static let hmac = Data(repeating: 7, count: 32).base64EncodedString()

  @Test func `one kind of key is chosen by which is set`() async throws {
    guard case .hmac = try settings(["ADMIN_JWT_HS256_KEY_B64": Self.hmac]).key else { throw UnexpectedKey() }
    let url = "https://issuer.example/keys"
    guard case .jwks(url) = try settings(["ADMIN_JWT_JWKS_URL": url]).key else { throw UnexpectedKey() }
    let pem = ES256PrivateKey().publicKey.pemRepresentation
    let identity = try settings(["ADMIN_JWT_PUBLIC_KEY": pem])
    let client = identity.makeHTTPClient()
    #expect(try await identity.makeKeySource(client: client).algorithms == ["ES256"])
    await client.shutdown()
  }

  @Test(
    arguments: [
      [:], ["ADMIN_JWT_HS256_KEY_B64": hmac, "ADMIN_JWT_JWKS_URL": "https://issuer.example/keys"],
    ] as [[String: String]])
  func `none and two are both wrong`(variables: [String: String]) {
    let error = #expect(throws: ConfigurationError.self) { try settings(variables) }
    #expect(error?.problems.count == 1)
    #expect(error?.problems.first?.hasPrefix("set exactly one of ADMIN_JWT_HS256_KEY_B64") == true)
  }

  @Test func `an issuer must be named`() {
    let error = #expect(throws: ConfigurationError.self) {
      try settings(["ADMIN_JWT_ISSUER": "", "ADMIN_JWT_HS256_KEY_B64": Self.hmac])
    }
    #expect(error?.problems == ["ADMIN_JWT_ISSUER: missing (the `iss` that admin tokens must have)"])
  }

  /// Who can answer for the issuer decides who is an owner.
  @Test(arguments: [
    "http://issuer.example/keys", "http://127.0.0.1.example/keys", "http://localhost:1/keys", "file:///etc/keys",
    "keys",
  ])
  func `keys are fetched over TLS, or from this machine`(url: String) {
    let error = #expect(throws: ConfigurationError.self) { try settings(["ADMIN_JWT_JWKS_URL": url]) }
    #expect(error?.problems.first == "ADMIN_JWT_JWKS_URL: not an https:// URL")
  }

  @Test(arguments: ["", "a", "hunter2", "AAAA"])
  func `a short HMAC key is refused and not shown`(key: String) {
    let error = #expect(throws: ConfigurationError.self) { try settings(["ADMIN_JWT_HS256_KEY_B64": key]) }
    #expect(error?.description.contains("hunter2") == false)
  }

  @Test(arguments: ["no PEM", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----"])
  func `what is no public key is refused when the service starts`(pem: String) async throws {
    let identity = try settings(["ADMIN_JWT_PUBLIC_KEY": pem])
    let client = identity.makeHTTPClient()
    let error = await #expect(throws: ConfigurationError.self) { try await identity.makeKeySource(client: client) }
    #expect(error?.problems == ["ADMIN_JWT_PUBLIC_KEY: not the PEM of a P-256 or RSA public key"])
    await client.shutdown()
  }

  private struct UnexpectedKey: Error {}

  private func settings(_ variables: [String: String]) throws -> IdentitySettings {
    var reader = SettingsReader(
      provider: EnvironmentVariablesProvider(
        environmentVariables: ["ADMIN_JWT_ISSUER": "issuer"].merging(variables) { $1 }))
    return try IdentitySettings(&reader)
  }
}
