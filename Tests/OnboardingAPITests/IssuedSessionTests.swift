import AgentSession
import Cryptography
import Envelope
import Foundation
import JSON
import Testing

@testable import MasterKeys
@testable import Repository
@testable import onboarding_api

@Suite struct IssuedSessionTests {
  static let now = Date(timeIntervalSince1970: 1_795_492_814.123)
  static let nonce = "0123456789abcdef"
  let tenantID = UUID()
  let credential = AgentCredential.generate()
  let masterKeys = [0, 3].reduce(into: [Int32: MasterKey]()) {
    $0[$1] = MasterKey(id: UUID(), version: $1, key: .random(count: 32), deadline: .zero)
  }

  @Test func `it says what the contract says, and nothing that is secret`() throws {
    let json = try session([try value("NAME", "hunter2")]).json
    #expect(json["ttl_seconds"] == 300)
    #expect(json["session_id"]?.string.flatMap { UUID(uuidString: $0) } != nil)
    #expect(json["session_key_id"]?.string?.hasPrefix("sk_") == true)
    #expect(json["expires_at"] == .timestamp(Self.now.addingTimeInterval(300)))
    #expect(json["bundle"]?["format"] == "tenant-kms.bundle.v1")
    #expect(json["bundle"]?["withheld"] == [])
    for secret in ["hunter2", credential.exposedSecret(), Self.nonce] {
      #expect(!json.canonicalText.contains(secret))
    }
  }

  @Test func `its agent opens every value, whichever version of the master key it was under`() throws {
    let expected = (0..<40).map { ("NAME_\($0)", String(repeating: "v\($0)", count: $0 * $0)) }
    let values = try expected.enumerated().map { index, pair in
      try value(pair.0, pair.1, keyVersion: index.isMultiple(of: 2) ? 0 : 3, version: Int32(index + 1))
    }
    let opened = try open(try session(values).json, as: credential, nonce: Self.nonce)
    #expect(opened == Dictionary(uniqueKeysWithValues: expected))
  }

  @Test func `nobody else does`() throws {
    let json = try session([try value("NAME", "v")]).json
    #expect(throws: CannotOpen.self) { try open(json, as: .generate(), nonce: Self.nonce) }
    #expect(throws: CannotOpen.self) { try open(json, as: credential, nonce: Self.nonce + "0") }
  }

  @Test(arguments: [
    "session_id", "expires_at", "bundle.tenant_id", "bundle.issued_at", "value.name", "value.secret_id",
    "value.secret_type", "value.base_environment", "value.environment", "value.value_id", "value.expires_at",
  ])
  func `an answer that was altered on the way doesn't open`(path: String) throws {
    let json = try session([try value("NAME", "v")]).json
    #expect(throws: CannotOpen.self) { try open(json, as: credential, nonce: Self.nonce, altering: path) }
  }

  @Test func `what nobody can or may read is left out and named`() throws {
    let past = Self.now.addingTimeInterval(-1)
    let damaged = try value("DAMAGED", "v", wrappedKey: [UInt8](repeating: 0, count: 69))
    let json = try session([
      try value("FINE", "v"), try value("ERASED", "v", keyVersion: 1, isErased: true), damaged,
      try value("EXPIRED", "v", expiresAt: past, isExpiryStrict: true),
      try value("STALE", "v", expiresAt: past),
      try value("FRESH", "v", expiresAt: .distantFuture, isExpiryStrict: true),
    ]).json
    #expect(try open(json, as: credential, nonce: Self.nonce).keys.sorted() == ["FINE", "FRESH", "STALE"])
    guard case .array(let withheld)? = json["bundle"]?["withheld"] else {
      Issue.record("nothing withheld in \(json)")
      return
    }
    let reasons = withheld.map { "\($0["name"]?.string ?? "") \($0["reason"]?.string ?? "")" }
    #expect(reasons == ["ERASED key_revoked", "DAMAGED unreadable", "EXPIRED expired"])
    #expect(withheld.allSatisfy { $0["secret_id"] != nil && $0["environment"] == "production" })
  }

  private struct CannotOpen: Error {}

  private func session(_ values: [BundleContents.Value]) throws -> IssuedSession {
    try IssuedSession(
      of: tenantID, to: credential, nonce: Self.nonce,
      contents: BundleContents(activeVersion: 3, isUnderCustomerKey: true, values: values), masterKeys: masterKeys,
      at: Self.now, lifetime: 300)
  }

  private func value(
    _ name: String, _ text: String, keyVersion: Int32 = 3, version: Int32 = 1, expiresAt: Date? = nil,
    isExpiryStrict: Bool = false, isErased: Bool = false, wrappedKey: [UInt8]? = nil
  ) throws -> BundleContents.Value {
    let row = UUID()
    let cipher = try EnvelopeCipher(
      key: masterKeys[keyVersion]?.key ?? .random(count: 32), kind: .dataKey, keyVersion: UInt32(keyVersion))
    let sealed = try SealedValue.seal(
      SecretBytes(copying: text.utf8),
      at: ValueAddress(tenantID: tenantID, table: .secretValues, rowID: row, valueVersion: UInt32(version)),
      under: cipher)
    let secret = Secret(
      id: UUID(), name: name, type: "string", baseEnvironment: "production", collectionID: nil, expiresAt: expiresAt,
      isExpiryStrict: isExpiryStrict, createdAt: Self.now)
    return BundleContents.Value(
      secret: secret, environment: "production", expiresAt: expiresAt,
      encrypted: EncryptedValue(
        id: row, valueVersion: version, keyVersion: keyVersion, wrappedKey: wrappedKey ?? sealed.wrappedKey,
        payload: sealed.payload),
      isErased: isErased)
  }

  /// Plays the agent; `altering` is the member that somebody changed on the way.
  private func open(
    _ json: JSONValue, as credential: AgentCredential, nonce: String, altering altered: String = ""
  ) throws -> [String: String] {
    func text(_ path: String) throws -> String {
      let found = path.split(separator: ".").reduce(json) { $0[String($1)] ?? .null }
      return try #require(found.string) + (path == altered ? "x" : "")
    }
    let context = SessionContext(
      tenantID: try text("bundle.tenant_id"), agentID: credential.agentID, sessionID: try text("session_id"),
      issuedAt: try text("bundle.issued_at"), expiresAt: try text("expires_at"))
    let key = try SessionKey.derive(from: credential.secret, nonce: nonce, for: context)
    let cipher = try SessionCipher(key: key, context: context)
    guard case .array(let values)? = json["bundle"]?["values"] else { return [:] }
    return try values.reduce(into: [:]) { opened, value in
      func member(_ name: String) throws -> String {
        try #require(value[name]?.string) + ("value.\(name)" == altered ? "x" : "")
      }
      func bytes(_ name: String) throws -> [UInt8] { [UInt8](try #require(Data(base64Encoded: try member(name)))) }
      let version = UInt32(try #require(value["value_version"]?.integer))
      let name = try member("name")
      let dataKey = cipher.open(
        try bytes("wrapped_key"),
        of: ValueContext(
          secretID: try member("secret_id"), name: name, type: try member("secret_type"),
          baseEnvironment: try member("base_environment"), environment: try member("environment"),
          valueID: try member("value_id"), valueVersion: version,
          expiresAt: altered == "value.expires_at" ? "2040-01-01T00:00:00.000Z" : value["expires_at"]?.string))
      guard let dataKey else { throw CannotOpen() }
      let address = ValueAddress(
        tenantID: tenantID, table: .secretValues, rowID: try #require(UUID(uuidString: try member("value_id"))),
        valueVersion: version)
      let plaintext = try EnvelopeCipher(key: dataKey, kind: .payload, keyVersion: 0).open(
        try bytes("payload"), at: address)
      opened[name] = plaintext.withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
    }
  }
}
