import Cryptography
import Foundation
import HTTPTypes
import JSON
import Repository
import Testing

@testable import onboarding_api

/// The bodies of `/v1/crypto/keys`.
@Suite struct TransitBodyTests {
  @Test func `a key needs no more than a name`() throws {
    let body = try TransitKeyBody(["name": "orders.v1_eu-1"])
    #expect(body.name == "orders.v1_eu-1")
    #expect(body.algorithm == .aes256GCM && body.mode == .cloudOnly && body.description == nil)
    let all = try TransitKeyBody(
      ["name": "k", "key_type": "aes256-gcm", "mode": "bundled", "description": "for orders"])
    #expect(all.mode == .bundled && all.description == "for orders")
  }

  @Test(
    arguments: [
      ("name", nil), ("name", 1), ("name", ""), ("name", "-k"), ("name", ".k"), ("name", "a b"), ("name", "a/b"),
      ("name", "ä"), ("name", "k\u{0}"), ("name", .string(String(repeating: "k", count: 129))),
      ("key_type", "rsa-2048"),
      ("key_type", ""), ("key_type", 1), ("mode", "local"), ("mode", true), ("description", 1),
      ("description", "a\u{0}b"), ("description", .string(String(repeating: "d", count: 1025))), ("extra", 1),
    ] as [(String, JSONValue?)])
  func `what is wrong with a key is named`(field: String, value: JSONValue?) {
    var members: [String: JSONValue] = ["name": "k"]
    members[field] = value
    expect(field) { try TransitKeyBody(.object(members)) }
  }

  @Test func `a change leaves what it doesn't name`() throws {
    #expect(try TransitKeyChangeBody([:]).change == TransitKeyChange())
    #expect(try TransitKeyChangeBody(["deletion_allowed": true]).change == TransitKeyChange(allowsDeletion: .set(true)))
    #expect(try TransitKeyChangeBody(["description": nil]).change == TransitKeyChange(description: .set(nil)))
    #expect(try TransitKeyChangeBody(["description": "x"]).change == TransitKeyChange(description: .set("x")))
  }

  @Test(
    arguments: [
      ("deletion_allowed", 1), ("deletion_allowed", nil), ("deletion_allowed", "true"), ("description", 1),
      ("name", "x"),
    ] as [(String, JSONValue)])
  func `what is wrong with a change is named`(field: String, value: JSONValue) {
    expect(field) { try TransitKeyChangeBody(.object([field: value])) }
  }

  @Test func `a plaintext is text or base64, of up to 1 MiB`() throws {
    #expect(try PlaintextBody(["plaintext": "h\u{0}i"]).plaintext == SecretBytes(copying: "h\u{0}i".utf8))
    #expect(try PlaintextBody(["plaintext": ""]).plaintext.isEmpty)
    #expect(try PlaintextBody(["plaintext_b64": "AP8="]).plaintext == SecretBytes(copying: [0, 255]))
    let longest = [UInt8](repeating: 65, count: 1 << 20)
    #expect(
      try PlaintextBody(["plaintext": .string(String(decoding: longest, as: UTF8.self))]).plaintext.count == 1 << 20)
    let encoded = Data(longest).base64EncodedString()
    #expect(try PlaintextBody(["plaintext_b64": .string(encoded)]).plaintext.count == 1 << 20)
    #expect(try PlaintextBody(["plaintext_b64": "AA==", "plaintext": nil]).plaintext.count == 1)
  }

  @Test(
    arguments: [
      ("plaintext", [:]), ("plaintext", ["plaintext": 1]), ("plaintext", ["plaintext": nil]),
      ("plaintext_b64", ["plaintext": "a", "plaintext_b64": "AA=="]), ("plaintext_b64", ["plaintext_b64": "A"]),
      ("plaintext_b64", ["plaintext_b64": "AA"]), ("plaintext_b64", ["plaintext_b64": "AA==\n"]),
      ("plaintext_b64", ["plaintext_b64": "-_=="]), ("context", ["plaintext": "a", "context": "AA=="]),
      ("plaintext", ["plaintext": .string(String(repeating: "a", count: 1 << 20 + 1))]),
      (
        "plaintext_b64",
        ["plaintext_b64": .string(Data(repeating: 0, count: 1 << 20 + 2).base64EncodedString())]
      ),
    ] as [(String, JSONValue)])
  func `what is wrong with a plaintext is named, and not repeated`(field: String, body: JSONValue) {
    expect(field) { try PlaintextBody(body) }
  }

  @Test(
    arguments: [
      [:], ["ciphertext": 1], ["ciphertext": ""], ["ciphertext": "vault:v1:AAAA"], ["ciphertext": "knoxcall:v1:AAAA"],
      ["ciphertext": .string("knoxcall:v1:" + String(repeating: "A", count: 1_400_000))],
    ] as [JSONValue])
  func `what is wrong with a ciphertext is named`(body: JSONValue) {
    expect("ciphertext") { try CiphertextBody(body) }
  }

  @Test func `a body is an object`() {
    for body in [[], "x", 1, nil, true] as [JSONValue] {
      #expect(throws: APIError.self) { try TransitKeyBody(body) }
      #expect(throws: APIError.self) { try TransitKeyChangeBody(body) }
      #expect(throws: APIError.self) { try PlaintextBody(body) }
      #expect(throws: APIError.self) { try CiphertextBody(body) }
    }
  }

  private func expect<Body>(
    _ field: String, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Body
  ) {
    let error = #expect(throws: APIError.self, sourceLocation: sourceLocation) { _ = try body() }
    #expect(error?.status == .badRequest && error?.type == "validation_error", sourceLocation: sourceLocation)
    guard case .object(let fields)? = error?.extra["fields"] else {
      Issue.record("no fields are named", sourceLocation: sourceLocation)
      return
    }
    #expect(Array(fields.keys) == [field], sourceLocation: sourceLocation)
  }
}
