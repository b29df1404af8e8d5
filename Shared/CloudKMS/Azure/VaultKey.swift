internal import Cryptography
internal import FoundationEssentials
internal import JSON

/// A key in a vault, used until this is dropped, which is soon: as an application of its directory, or as the platform
/// itself.
///
/// Key Vault wraps by RSA-OAEP-256, which takes no additional data: what is wrapped begins with the SHA-256 of the
/// context, and whoever unwraps compares it. A key that is disabled still wraps, so only unwrapping shows that it serves.
struct VaultKey: KeyEncryptionKey {
  private static let algorithm = "RSA-OAEP-256"

  let keyName: AzureKeyName
  private let caller: AzureCaller
  private let signIn: AzureSignIn
  private let token: AccessToken

  /// Signs in to the vault's directory; as the platform's own identity where there is no application.
  init(
    _ keyName: AzureKeyName, in directoryID: String, as application: AzureApplication?, through caller: AzureCaller
  ) async throws(KMSFailure) {
    self.keyName = keyName
    self.caller = caller
    signIn = AzureSignIn(
      application: application, directoryID: directoryID, vault: keyName.vault, caller: caller)
    token = try await signIn.token(refreshing: false)
  }

  /// Asks for the newest version, and has it wrap: answers the ciphertext and that version.
  func wrap(_ secret: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    let key = try await currentVersion(stage: .encrypt)
    let answer = try await operate("wrapkey", bound(secret, to: context), by: key, stage: .encrypt)
    let ciphertext = answer.withUnsafeBytes { Array($0) }
    guard (256...1024).contains(ciphertext.count) else {
      throw .garbage("without a ciphertext", from: AzureService.vault, status: 200, stage: .encrypt)
    }
    return WrappedKey(ciphertext: ciphertext, keyReference: key)
  }

  /// Has the version unwrap that wrapped.
  func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    let ciphertext = SecretBytes(copying: wrapped.ciphertext)
    let answer = try await operate("unwrapkey", ciphertext, by: wrapped.keyReference, stage: .decrypt)
    guard let secret = unbound(answer, from: context) else { throw .otherContext(stage: .decrypt) }
    return secret
  }

  /// The identifier of the newest version, which must be of a key that wraps.
  private func currentVersion(stage: VerificationStage) async throws(KMSFailure) -> String {
    let key = try await call("GET", keyName.path, stage: stage).members["key"]
    guard let identifier = key?["kid"]?.string, keyName.path(ofVersion: identifier) != nil else {
      throw .garbage("for another key than asked", from: AzureService.vault, status: 200, stage: stage)
    }
    guard let type = key?["kty"]?.string, ["RSA", "RSA-HSM"].contains(type) else { throw .wrongVaultKey(stage: stage) }
    if case .array(let operations)? = key?["key_ops"] {
      guard operations.contains("wrapKey"), operations.contains("unwrapKey") else { throw .wrongVaultKey(stage: stage) }
    }
    return identifier
  }

  /// `wrapkey` or `unwrapkey` by a version.
  private func operate(
    _ operation: String, _ value: SecretBytes, by identifier: String, stage: VerificationStage
  ) async throws(KMSFailure) -> SecretBytes {
    guard let path = keyName.path(ofVersion: identifier) else { throw .damagedConfiguration }
    var body = [UInt8](
      "{\"alg\":\"\(Self.algorithm)\",\"value\":\"", base64: value, in: .urls, followedBy: "\"}".utf8)
    defer { body.wipe() }
    let answer = try await call("POST", "\(path)/\(operation)", body: body, stage: stage)
    guard let answered = answer.members["kid"]?.string, keyName.path(ofVersion: answered) == path else {
      throw .garbage("for another key than asked", from: AzureService.vault, status: 200, stage: stage)
    }
    guard let value = answer.value else {
      throw .garbage("without a value", from: AzureService.vault, status: 200, stage: stage)
    }
    return value
  }

  /// Calls the vault; with a new token, once more, where ours is not accepted any longer.
  func call(
    _ method: String, _ path: String, body: [UInt8] = [], stage: VerificationStage
  ) async throws(KMSFailure) -> AzureAnswer {
    do {
      return try await caller.call(method, path, of: keyName.vault, body: body, token: token, stage: stage)
    } catch {
      guard error.reason == .platformCredentials else { throw error }
    }
    return try await caller.call(
      method, path, of: keyName.vault, body: body, token: signIn.token(refreshing: true), stage: stage)
  }

  /// The hash is of the context's canonical JSON (RFC 8785), so that whoever has the key and the context can unwrap
  /// without us.
  private func bound(_ secret: SecretBytes, to context: EncryptionContext) -> SecretBytes {
    let binding = Self.binding(context)
    return SecretBytes(count: binding.count + secret.count) { buffer in
      buffer.copyBytes(from: binding)
      secret.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: buffer[binding.count...]).copyMemory(from: $0) }
    }
  }

  private func unbound(_ value: SecretBytes, from context: EncryptionContext) -> SecretBytes? {
    let binding = Self.binding(context)
    guard value.count > binding.count else { return nil }
    return value.withUnsafeBytes { bytes in
      let isBound = SecretBytes(copying: bytes.prefix(binding.count)) == SecretBytes(copying: binding)
      return isBound ? SecretBytes(copying: bytes.dropFirst(binding.count)) : nil
    }
  }

  private static func binding(_ context: EncryptionContext) -> [UInt8] {
    SHA256.hash(JSONValue.object(context.members.mapValues(JSONValue.string)).canonicalBytes)
  }
}

extension KMSFailure {
  fileprivate static func otherContext(stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .integrity, stage: stage, isPermanent: true, seal: .now,
      hint: "What the key unwrapped was wrapped for another tenant, version or purpose. This is not a matter of "
        + "permissions.")
  }
}
