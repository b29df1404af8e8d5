import Cryptography
import Foundation
import HTTPTypes
import Repository
import Testing

@testable import onboarding_api

@Suite struct IdempotencyVaultTests {
  private let vault = IdempotencyVault(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
  private let tenantID = UUID()

  @Test func `an answer comes back to the same call under the same key, and to no other`() throws {
    let (key, other) = (try Self.key("k"), try Self.key("l"))
    let call = self.call(key)
    let sealed = try vault.seal(Array("secret".utf8), status: 201, of: call, under: key)
    #expect(
      try vault.open(sealed, status: 201, of: call, under: key).withUnsafeBytes { [UInt8]($0) } == Array("secret".utf8))
    #expect(throws: CryptographyError.self) { try vault.open(sealed, status: 200, of: call, under: key) }
    #expect(throws: CryptographyError.self) { try vault.open(sealed, status: 201, of: call, under: other) }
    #expect(throws: CryptographyError.self) {
      try vault.open(sealed, status: 201, of: self.call(key, body: [2]), under: key)
    }
    #expect(throws: CryptographyError.self) { try vault.open([], status: 201, of: call, under: key) }
    let elsewhere = IdempotencyVault(key: .random(count: 32))
    #expect(throws: CryptographyError.self) { try elsewhere.open(sealed, status: 201, of: call, under: key) }
    #expect(try vault.seal(Array("secret".utf8), status: 201, of: call, under: key) != sealed)
  }

  @Test func `an answer may be empty`() throws {
    let key = try Self.key("k")
    let sealed = try vault.seal([], status: 204, of: call(key), under: key)
    #expect(try vault.open(sealed, status: 204, of: call(key), under: key).isEmpty)
  }

  @Test func `whose call it is, and which, shows in its codes and can't be read out of them`() throws {
    let key = try Self.key("k")
    let call = self.call(key, body: Array("guess".utf8))
    #expect(self.call(key, body: Array("guess".utf8)) == call)
    #expect(self.call(key, body: Array("other".utf8)).requestCode != call.requestCode)
    #expect(self.call(key, body: Array("other".utf8)).keyCode == call.keyCode)
    #expect(self.call(key, target: "/v1/agents?x=1", body: Array("guess".utf8)).requestCode != call.requestCode)
    #expect(self.call(try Self.key("l"), body: Array("guess".utf8)).keyCode != call.keyCode)
    #expect(self.call(key, principal: "q", body: Array("guess".utf8)).keyCode != call.keyCode)
    #expect(call.requestCode != SHA256.hash(Array("guess".utf8)))
  }

  private func call(
    _ key: IdempotencyKey, principal: String = "p", target: String = "/v1/agents", body: [UInt8] = [1]
  ) -> IdempotentCall {
    vault.call(key, of: tenantID, by: principal, method: "POST", target: target, body: body)
  }

  private static func key(_ text: String) throws -> IdempotencyKey {
    try #require(try IdempotencyKey([.idempotencyKey: text]))
  }
}
