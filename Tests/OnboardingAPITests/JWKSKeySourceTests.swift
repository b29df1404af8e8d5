import Clocks
import Foundation
import HTTPClient
import JSON
import JWTKit
import Repository
import SampleKeys
import Testing

@testable import onboarding_api

@Suite struct JWKSKeySourceTests {
  let endpoint = ScriptedEndpoint()
  let clock = ManualClock()
  let first = ES256PrivateKey()
  let second = ES256PrivateKey()

  @Test func `published keys verify ES256 and RS256 tokens, with and without an alg of their own`() async throws {
    let rsa = try Issuer.rsaKey()
    for alg in [true, false] {
      endpoint.publish([try .elliptic(first, id: "e", alg: alg), .rsa(id: "r", alg: alg)])
      let verifier = verifier()
      #expect(try await verifier.identity(of: Issuer(first).token(header: ["kid": "e"])).role == .owner)
      #expect(try await verifier.identity(of: Issuer(rsa).token(header: ["kid": "r"])).role == .owner)
    }
    #expect(endpoint.requests == 2)
  }

  @Test func `a known key costs no request for five minutes`() async throws {
    endpoint.publish([try .elliptic(first, id: "1")])
    let verifier = verifier()
    let token = try await Issuer(first).token(header: ["kid": "1"], claims: ["exp": 4_000_000_000])
    for _ in 0..<30 {
      _ = try await verifier.identity(of: token)
      clock.advance(by: .seconds(9))
    }
    #expect(endpoint.requests == 1)
    clock.advance(by: .seconds(30))
    _ = try await verifier.identity(of: token)
    #expect(endpoint.requests == 2)
  }

  @Test func `a token of a new key is accepted once the key is published`() async throws {
    endpoint.publish([try .elliptic(first, id: "1")])
    let verifier = verifier()
    _ = try await verifier.identity(of: Issuer(first).token(header: ["kid": "1"]))
    endpoint.publish([try .elliptic(first, id: "1"), try .elliptic(second, id: "2")])
    clock.advance(by: .seconds(10))
    _ = try await verifier.identity(of: Issuer(second).token(header: ["kid": "2"]))
    #expect(endpoint.requests == 2)
  }

  @Test func `a key that was withdrawn is refused after five minutes at most`() async throws {
    endpoint.publish([try .elliptic(first, id: "1")])
    let verifier = verifier()
    let token = try await Issuer(first).token(header: ["kid": "1"])
    _ = try await verifier.identity(of: token)
    endpoint.publish([try .elliptic(second, id: "2")])
    clock.advance(by: .seconds(300))
    await expectRefused(token, by: verifier)
  }

  @Test func `tokens that name unknown keys cause one request in ten seconds, however many they are`() async throws {
    endpoint.publish([try .elliptic(first, id: "1")])
    let verifier = verifier()
    let forger = try await Issuer(ES256PrivateKey())
    for round in 1...3 {
      try await withThrowingTaskGroup { group in
        for number in 0..<50 {
          let token = try forger.token(header: ["kid": .string("forged \(number)")])
          group.addTask { await expectRefused(token, by: verifier) }
        }
        try await group.waitForAll()
      }
      #expect(endpoint.requests == round)
      clock.advance(by: .seconds(10))
    }
  }

  @Test func `an issuer that fails is asked again after ten seconds, not for every token`() async throws {
    endpoint.fail()
    let verifier = verifier()
    let token = try await Issuer(first).token(header: ["kid": "1"])
    for _ in 0..<20 {
      let error = await #expect(throws: APIError.self) { try await verifier.identity(of: token) }
      #expect(error == .unavailable("the token issuer"))
    }
    #expect(endpoint.requests == 1)
    endpoint.publish([try .elliptic(first, id: "1")])
    clock.advance(by: .seconds(10))
    _ = try await verifier.identity(of: token)
    #expect(endpoint.requests == 2)
  }

  @Test func `requests at the same time share one fetch, and one that gives up doesn't end it`() async throws {
    endpoint.publish([try .elliptic(first, id: "1")])
    endpoint.close()
    let verifier = verifier()
    let token = try await Issuer(first).token(header: ["kid": "1"])
    let requests = (0..<20).map { _ in Task { try await verifier.identity(of: token).role } }
    await endpoint.waitForRequest()
    requests[0].cancel()
    endpoint.open()
    for request in requests { #expect(try await request.value == .owner) }
    #expect(endpoint.requests == 1)
  }

  /// A set of Keycloak's holds an encryption key, one of others curves and kinds: all to be ignored (RFC 7517, §5).
  @Test func `keys of no use here spoil nothing`() async throws {
    endpoint.publish([
      ["kty": "RSA", "kid": "enc", "use": "enc", "alg": "RSA-OAEP", "n": .string(RFC7515.modulus), "e": "AQAB"],
      ["kty": "EC", "kid": "k", "crv": "secp256k1", "alg": "ES256K", "x": "AA", "y": "AA"],
      ["kty": "EC", "kid": "bad", "crv": "P-256", "alg": "ES256", "x": "AA", "y": "AA"],
      ["kty": "OKP", "kid": "o", "crv": "Ed25519", "alg": "EdDSA", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"],
      ["kty": "AKP", "kid": "a"], ["kid": "nothing"], [:], "no object", try .elliptic(second, id: nil),
      try .elliptic(first, id: "1"),
    ])
    _ = try await verifier().identity(of: Issuer(first).token(header: ["kid": "1"]))
  }

  @Test func `a symmetric key in the set verifies nothing`() async throws {
    let secret = [UInt8](repeating: 7, count: 32)
    endpoint.publish([["kty": "oct", "kid": "s", "alg": "HS256", "k": .string(secret.base64URL)]])
    await expectRefused(try await Issuer(hmac: secret).token(header: ["kid": "s"]), by: verifier())
  }

  @Test func `a key of one kind verifies no token that names the other's algorithm`() async throws {
    endpoint.publish([try .elliptic(first, id: "1", alg: false), .rsa(id: "2", alg: false)])
    let verifier = verifier()
    await expectRefused(try await Issuer(first).token(header: ["kid": "2", "alg": "ES256"]), by: verifier)
    await expectRefused(try await Issuer(first).token(header: ["kid": "1", "alg": "RS256"]), by: verifier)
    await expectRefused(try await Issuer(Issuer.rsaKey()).token(header: ["kid": "1", "alg": "RS256"]), by: verifier)
  }

  @Test(arguments: [
    (200, "<html>"), (200, "[]"), (200, "{}"), (200, #"{"keys":{}}"#), (404, #"{"keys":[]}"#), (500, ""), (302, ""),
  ])
  func `an answer that is no key set counts as none`(status: Int, body: String) async throws {
    endpoint.answer(HTTPResponse(status: status, body: Array(body.utf8)))
    let token = try await Issuer(first).token(header: ["kid": "1"])
    let error = await #expect(throws: APIError.self) { try await verifier().identity(of: token) }
    #expect(error == .unavailable("the token issuer"))
  }

  @Test func `an empty set refuses every token`() async throws {
    endpoint.publish([])
    await expectRefused(try await Issuer(first).token(header: ["kid": "1"]), by: verifier())
  }

  private func verifier() -> AdminTokenVerifier {
    AdminTokenVerifier(
      keys: JWKSKeySource(url: "https://issuer.example/keys", transport: endpoint, clock: clock), issuer: "issuer",
      audience: "tenant-kms", now: { Issuer.now })
  }
}

extension JSONValue {
  /// A published P-256 key (RFC 7517, RFC 7518 §6.2).
  static func elliptic(_ key: ES256PrivateKey, id: String?, alg: Bool = true) throws -> JSONValue {
    let parameters = try #require(key.publicKey.parameters)
    var members: [String: JSONValue] = ["kty": "EC", "crv": "P-256", "use": "sig"]
    members["x"] = .string(parameters.x.base64URLForm)
    members["y"] = .string(parameters.y.base64URLForm)
    members["kid"] = id.map { .string($0) }
    if alg { members["alg"] = "ES256" }
    return .object(members)
  }

  /// The published half of ``Issuer/rsaKey()``.
  static func rsa(id: String, alg: Bool = true) -> JSONValue {
    var members: [String: JSONValue] = [
      "kty": "RSA", "use": "sig", "kid": .string(id), "n": .string(RFC7515.modulus), "e": "AQAB",
    ]
    if alg { members["alg"] = "RS256" }
    return .object(members)
  }
}

extension String {
  /// base64url of what is base64.
  fileprivate var base64URLForm: String {
    replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }
}
