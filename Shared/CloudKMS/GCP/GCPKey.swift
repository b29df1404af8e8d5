internal import Cryptography
internal import FoundationEssentials
internal import JSON

/// A Cloud KMS key, used until this is dropped, which is soon: as a customer's service account, or as the platform itself.
struct GCPKey: KeyEncryptionKey {
  /// As whom the key is used.
  private enum Principal {
    /// A service account that is impersonated for this.
    case serviceAccount(AccessToken)
    /// The platform's own identity.
    case platform
  }

  /// How long the token of a service account lives, in seconds: two requests need less.
  static let lifetime = 300

  let keyName: GCPKeyName
  private let caller: GCPCaller
  private let principal: Principal

  /// A key that the platform's own identity may use; asks nobody yet.
  init(_ keyName: GCPKeyName, through caller: GCPCaller) {
    self.keyName = keyName
    self.caller = caller
    principal = .platform
  }

  /// Has a token made for the service account (IAM Credentials, `generateAccessToken`).
  init(
    of configuration: GCPKeyConfiguration, by platformToken: AccessToken, through caller: GCPCaller
  ) async throws(KMSFailure) {
    let body: JSONValue = ["lifetime": .string("\(Self.lifetime)s"), "scope": [.string(GCPPlatform.scope)]]
    let answer = try await caller.call(
      "projects/-/serviceAccounts/\(configuration.serviceAccount):generateAccessToken", of: .iamCredentials,
      body: body.canonicalBytes, token: platformToken, stage: .assumeRole)
    let expiry = caller.platform.clock.now().addingTimeInterval(Double(Self.lifetime))
    guard let token = AccessToken(try answer.text("accessToken"), expiresAt: expiry) else {
      throw .garbage("without a token", from: GCPService.iamCredentials, status: 200, stage: .assumeRole)
    }
    principal = .serviceAccount(token)
    self.caller = caller
    keyName = configuration.keyName
  }

  /// Cloud KMS `encrypt`, by the key's primary version: answers the ciphertext and that version.
  func wrap(_ secret: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    let members =
      Array("\",\"plaintextCrc32c\":\"\(secret.checksum)\",".utf8) + Self.members(context).canonicalBytes.dropFirst()
    var body = [UInt8]("{\"plaintext\":\"", base64: secret, followedBy: members)
    defer { body.wipe() }
    let answer = try await call("\(keyName):encrypt", body, stage: .encrypt)
    try answer.demandVerified(["verifiedPlaintextCrc32c", "verifiedAdditionalAuthenticatedDataCrc32c"])
    let version = try answer.text("name")
    guard keyName.owns(version: version) else {
      throw .garbage("for another key than asked", from: GCPService.kms, status: 200, stage: .encrypt)
    }
    return WrappedKey(ciphertext: try answer.checkedBytes("ciphertext", 1...(128 << 10)), keyReference: version)
  }

  /// Cloud KMS `decrypt`: the ciphertext itself says which version made it.
  func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    guard keyName.owns(version: wrapped.keyReference) else { throw .damagedConfiguration }
    let ciphertext: [String: JSONValue] = [
      "ciphertext": .string(Data(wrapped.ciphertext).base64EncodedString()),
      "ciphertextCrc32c": .string(String(CRC32C.checksum(of: wrapped.ciphertext))),
    ]
    let answer = try await call("\(keyName):decrypt", Self.members(context, ciphertext).canonicalBytes, stage: .decrypt)
    guard let plaintext = answer.plaintext, (1...4096).contains(plaintext.count) else {
      throw .garbage("without a plaintext", from: GCPService.kms, status: 200, stage: .decrypt)
    }
    try answer.check("plaintext", plaintext.checksum)
    return plaintext
  }

  /// Calls Cloud KMS as whoever the key is used as.
  func call(
    _ path: String, _ body: [UInt8]?, stage: VerificationStage
  ) async throws(KMSFailure) -> GCPAnswer {
    switch principal {
    case .serviceAccount(let token):
      return try await caller.call(path, of: .kms, body: body, token: token, stage: stage)
    case .platform:
      return try await caller.withPlatformToken { token throws(KMSFailure) in
        try await caller.call(path, of: .kms, body: body, token: token, stage: stage)
      }
    }
  }

  /// The additional authenticated data is the context's canonical JSON (RFC 8785), so that whoever has the key and the
  /// context can decrypt without us.
  private static func members(_ context: EncryptionContext, _ others: [String: JSONValue] = [:]) -> JSONValue {
    let data = JSONValue.object(context.members.mapValues(JSONValue.string)).canonicalBytes
    let members: [String: JSONValue] = [
      "additionalAuthenticatedData": .string(Data(data).base64EncodedString()),
      "additionalAuthenticatedDataCrc32c": .string(String(CRC32C.checksum(of: data))),
    ]
    return .object(members.merging(others) { $1 })
  }
}

extension SecretBytes {
  fileprivate var checksum: UInt32 { withUnsafeBytes { CRC32C.checksum(of: $0) } }
}
