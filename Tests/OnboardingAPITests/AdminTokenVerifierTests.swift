import Cryptography
import Foundation
import HTTPTypes
import JSON
import JWTKit
import Repository
import Testing

@testable import onboarding_api

@Suite struct AdminTokenVerifierTests {
  let key = Data(repeating: 7, count: 32)
  let tenantID = UUID(uuidString: "0190a1b2-0000-7000-8000-000000000001")

  @Test func `a good token says who asks`() async throws {
    let identity = try await verifier().identity(of: issuer().token())
    #expect(identity.subject == "ada@example.com")
    #expect(identity.tenantID == tenantID)
    #expect(identity.role == .owner)
  }

  @Test(arguments: ["owner", "admin", "member", "viewer"])
  func `every role of the contract is known`(role: String) async throws {
    let identity = try await verifier().identity(of: issuer().token(claims: ["role": .string(role)]))
    #expect(identity.role.rawValue == role)
  }

  @Test func `one of several audiences will do`() async throws {
    let token = try await issuer().token(claims: ["aud": ["other", "tenant-kms"]])
    _ = try await verifier().identity(of: token)
  }

  @Test func `a token is good until the second in which it expires`() async throws {
    let token = try await issuer().token()
    _ = try await verifier(at: 59.9).identity(of: token)
    await expectRefused(token, by: try await verifier(at: 60))
  }

  @Test func `a token is good from its first second on`() async throws {
    let token = try await issuer().token(claims: ["nbf": .number(Issuer.now.timeIntervalSince1970)])
    _ = try await verifier().identity(of: token)
    await expectRefused(token, by: try await verifier(at: -1))
  }

  @Test(
    arguments: [
      ["exp": .number(Issuer.now.timeIntervalSince1970 - 1)], ["exp": nil], ["exp": "tomorrow"],
      ["nbf": .number(Issuer.now.timeIntervalSince1970 + 1)],
      ["iss": "somebody else"], ["iss": nil], ["iss": ["issuer"]],
      ["aud": "another service"], ["aud": nil], ["aud": []],
      ["tenant_id": "not a UUID"], ["tenant_id": nil], ["tenant_id": ""], ["tenant_id": .null],
      ["role": "root"], ["role": nil], ["role": "Owner"], ["role": ["owner"]],
      ["sub": ""], ["sub": nil], ["sub": .string(String(repeating: "a", count: 256))],
      ["sub": "a\u{0}"],
    ] as [[String: JSONValue?]])
  func `a claim that is wrong or missing refuses the token`(claims: [String: JSONValue?]) async throws {
    await expectRefused(try await issuer().token(claims: claims), by: try await verifier())
  }

  @Test(
    arguments: [
      ["alg": "none"], ["alg": "None"], ["alg": ""], ["alg": nil], ["alg": "HS384"], ["alg": "hs256"], ["alg": "RS256"],
      ["alg": .null], ["alg": 7],
      // RFC 7515, section 4.1.11: an extension that must be understood is not.
      ["crit": ["exp"]], ["crit": []], ["crit": "exp"],
    ] as [[String: JSONValue?]])
  func `a header that names another algorithm, or more, refuses the token`(header: [String: JSONValue?]) async throws {
    await expectRefused(try await issuer().token(header: header), by: try await verifier())
  }

  @Test func `an unsigned token is refused`() async throws {
    let parts = try await issuer().token(header: ["alg": "none"]).split(separator: ".")
    for signature in ["", "AA", "e30"] {
      await expectRefused("\(parts[0]).\(parts[1]).\(signature)", by: try await verifier())
    }
  }

  @Test func `another key's signature is refused`() async throws {
    let token = try await Issuer(hmac: Data(repeating: 8, count: 32)).token()
    await expectRefused(token, by: try await verifier())
  }

  /// RFC 8725, section 2.1: the public key is no secret, so an HMAC made with it proves nothing.
  @Test func `an HMAC made with the public key is refused`() async throws {
    let elliptic = ES256PrivateKey().publicKey.pemRepresentation
    let rsa = try Issuer.rsaKey().publicKey.pemRepresentation
    for pem in [elliptic, rsa] {
      let keys = try await StaticTokenKey.publicKey(pem: pem)
      for secret in [pem, pem + "\n", pem.trimmingCharacters(in: .newlines)] {
        for header in [[:], ["alg": .string(keys.algorithms.first ?? "")]] as [[String: JSONValue?]] {
          let token = try await Issuer(hmac: Data(secret.utf8)).token(header: header)
          await expectRefused(token, by: verifier(keys))
        }
      }
    }
  }

  @Test func `ES256 and RS256 tokens are verified by a public key in PEM`() async throws {
    let elliptic = ES256PrivateKey()
    let rsa = try Issuer.rsaKey()
    let pairs = [
      (try await Issuer(elliptic), elliptic.publicKey.pemRepresentation),
      (try await Issuer(rsa), rsa.publicKey.pemRepresentation),
    ]
    for (index, pair) in pairs.enumerated() {
      let verifier = verifier(try await StaticTokenKey.publicKey(pem: pair.1))
      #expect(try await verifier.identity(of: pair.0.token()).tenantID == tenantID)
      // The other's token, and another's of the same kind.
      await expectRefused(try pairs[1 - index].0.token(), by: verifier)
    }
    let stranger = try await Issuer(ES256PrivateKey())
    await expectRefused(try stranger.token(), by: verifier(try await StaticTokenKey.publicKey(pem: pairs[0].1)))
  }

  @Test func `no byte of a token may be cut, added or changed`() async throws {
    let token = try await issuer().token()
    let verifier = try await verifier()
    for length in stride(from: 0, to: token.utf8.count, by: 3) {
      await expectRefused(String(token.prefix(length)), by: verifier)
    }
    for added in ["\(token).", ".\(token)", "\(token).e30", " \(token)", "\(token)A"] {
      await expectRefused(added, by: verifier)
    }
    for index in stride(from: 0, to: token.utf8.count, by: 7) {
      var bytes = Array(token.utf8)
      bytes[index] = bytes[index] == UInt8(ascii: "A") ? UInt8(ascii: "B") : UInt8(ascii: "A")
      await expectRefused(String(decoding: bytes, as: UTF8.self), by: verifier)
    }
  }

  @Test(arguments: ["", ".", "..", "...", "e30.e30.e30", "é.é.é", "{}.{}.{}", "null.null.null", "W10.W10.W10"])
  func `what is no token is refused`(text: String) async throws {
    await expectRefused(text, by: try await verifier())
  }

  @Test func `a token of more than 8 KiB isn't looked at`() async throws {
    let verifier = try await verifier()
    let padding = { (count: Int) -> [String: JSONValue?] in ["x": .string(String(repeating: "a", count: count))] }
    let within = try await issuer().token(claims: padding(5_000))
    let beyond = try await issuer().token(claims: padding(6_500))
    #expect(within.utf8.count < 8_192 && beyond.utf8.count > 8_192)
    _ = try await verifier.identity(of: within)
    await expectRefused(beyond, by: verifier)
  }

  /// The library would take each of these for the token.
  @Test func `a token has one spelling`() async throws {
    let verifier = try await verifier()
    var found: Set<String> = []
    for number in 0..<30 {
      let token = try await issuer().token(claims: ["jti": .number(Double(number))])
      let (rest, signature) = (String(token.dropLast(43)), String(token.suffix(43)))
      for (letter, other) in [("-", "+"), ("_", "/")] where signature.contains(letter) {
        found.insert(letter)
        await expectRefused(rest + signature.replacing(letter, with: other), by: verifier)
      }
      // Of the last of 43 characters two bits belong to none of the 32 bytes.
      let last = try #require(token.utf8.last)
      found.insert("last")
      await expectRefused(token.dropLast() + String(decoding: [last + 1], as: UTF8.self), by: verifier)
      for end in ["=", "\n", " ", "."] { await expectRefused(token + end, by: verifier) }
    }
    #expect(found == ["-", "_", "last"])
  }

  private func issuer() async throws -> Issuer { try await Issuer(hmac: key) }

  private func verifier(at seconds: TimeInterval = 0) async throws -> AdminTokenVerifier {
    verifier(await StaticTokenKey.hmac(SecretBytes(copying: key)), at: seconds)
  }

  private func verifier(_ keys: any TokenKeySource, at seconds: TimeInterval = 0) -> AdminTokenVerifier {
    AdminTokenVerifier(
      keys: keys, issuer: "issuer", audience: "tenant-kms", now: { Issuer.now.addingTimeInterval(seconds) })
  }
}

/// Expects the one refusal that tells a forger nothing.
func expectRefused(
  _ token: String, by verifier: AdminTokenVerifier, sourceLocation: SourceLocation = #_sourceLocation
) async {
  let error = await #expect(throws: APIError.self, "\(token)", sourceLocation: sourceLocation) {
    try await verifier.identity(of: token)
  }
  #expect(error?.status == .unauthorized, sourceLocation: sourceLocation)
  #expect(
    error?.message == "the admin token is missing, expired or not valid here", "\(token)",
    sourceLocation: sourceLocation)
}
