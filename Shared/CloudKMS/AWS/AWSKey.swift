internal import Cryptography
internal import FoundationEssentials
internal import HTTPClient
internal import JSON
internal import SigV4

/// A key in AWS KMS, used until this is dropped, which is soon: as a customer's role, or as the platform itself.
struct AWSKey: KeyEncryptionKey {
  /// As whom the key is used.
  private enum Principal {
    /// A role that was assumed for this.
    case role(AWSCredentials)
    /// The platform's own identity.
    case platform
  }

  let key: ARN
  private let caller: AWSCaller
  private let principal: Principal

  /// A key that the platform's own identity may use; asks nobody yet.
  init(_ name: AWSKeyName, through caller: AWSCaller) {
    key = name.arn
    self.caller = caller
    principal = .platform
  }

  /// Assumes the role of a configuration with the platform's credentials, refreshing them once if they have expired.
  init(assuming configuration: AWSKeyConfiguration, through caller: AWSCaller) async throws(KMSFailure) {
    let role = AssumeRole(
      roleARN: configuration.roleARN, tenantID: caller.use.tenantID, externalID: configuration.roleExternalID)
    let credentials = try await caller.withPlatformCredentials { credentials throws(KMSFailure) in
      try await role.send(through: caller, credentials: credentials, stage: .assumeRole)
    }
    principal = .role(credentials)
    self.caller = caller
    key = configuration.keyARN
  }

  /// KMS `Encrypt`: answers the ciphertext and the key that made it.
  func wrap(_ secret: SecretBytes, context: EncryptionContext) async throws(KMSFailure) -> WrappedKey {
    let members = Self.members(key.description, context).canonicalBytes.dropFirst()
    var body = [UInt8]("{\"Plaintext\":\"", base64: secret, followedBy: Array("\",".utf8) + members)
    let answer = try await send(&body, target: "TrentService.Encrypt", stage: .encrypt)
    let answered = try answer.keyARN()
    guard key.isAlias || answered == key else {
      throw .garbage("for another key than asked", from: AWSService.kms, status: 200, stage: .encrypt)
    }
    return WrappedKey(ciphertext: try answer.ciphertext(), keyReference: answered.description)
  }

  /// KMS `Decrypt` with an explicit key, so that a ciphertext of any other key is refused.
  func unwrap(_ wrapped: WrappedKey, context: EncryptionContext) async throws(KMSFailure) -> SecretBytes {
    let ciphertext = JSONValue.string(Data(wrapped.ciphertext).base64EncodedString())
    var body = Self.members(wrapped.keyReference, context, ["CiphertextBlob": ciphertext]).canonicalBytes
    let answer = try await send(&body, target: "TrentService.Decrypt", stage: .decrypt)
    guard try answer.keyARN().description == wrapped.keyReference else {
      throw .garbage("for another key than asked", from: AWSService.kms, status: 200, stage: .decrypt)
    }
    return try answer.decrypted()
  }

  private static func members(
    _ key: String, _ context: EncryptionContext, _ others: [String: JSONValue] = [:]
  ) -> JSONValue {
    let members: [String: JSONValue] = [
      "KeyId": .string(key), "EncryptionContext": .object(context.members.mapValues(JSONValue.string)),
    ]
    return .object(members.merging(others) { $1 })
  }

  /// Sends a request and wipes its body.
  func send(
    _ body: inout [UInt8], target: String, stage: VerificationStage
  ) async throws(KMSFailure) -> KMSAnswer {
    defer { body.wipe() }
    switch principal {
    case .role(let credentials): return try await send(body, target: target, credentials: credentials, stage: stage)
    case .platform:
      return try await caller.withPlatformCredentials { credentials throws(KMSFailure) in
        try await send(body, target: target, credentials: credentials, stage: stage)
      }
    }
  }

  private func send(
    _ body: [UInt8], target: String, credentials: AWSCredentials, stage: VerificationStage
  ) async throws(KMSFailure) -> KMSAnswer {
    let headers = [
      HeaderField(name: "Content-Type", value: "application/x-amz-json-1.1"),
      HeaderField(name: "X-Amz-Target", value: target),
    ]
    let response = try await caller.post(body, to: .kms, headers: headers, credentials: credentials, stage: stage)
    do {
      // A second reference to the body would have a copy of it wiped, and the key left behind in the original.
      return try KMSAnswer(consume response, stage: stage)
    } catch {
      guard error.reason == .keyPendingDeletion, let date = await deletionDate() else { throw error }
      var failure = error
      failure.hint += " AWS KMS deletes it on \(date.day)."
      throw failure
    }
  }
}
