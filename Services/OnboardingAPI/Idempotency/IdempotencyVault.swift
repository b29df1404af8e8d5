import Commands
import Cryptography
import FoundationEssentials
import Repository

/// Keeps what is remembered of calls from whoever reads the database.
///
/// A request may hold a secret that can be guessed, so it is stood for by a keyed code, never by a plain hash. An answer
/// may hold a secret that is shown once, so it is encrypted, under a key that follows from the deployment's and from the
/// client's idempotency key, which isn't stored: only the client's own repetition brings it back.
struct IdempotencyVault: Sendable {
  /// What the deployment's key is derived for.
  static let purpose = "tenant-kms/idempotency/v1"

  private static let nonceLength = 12

  let key: SecretBytes

  func call(
    _ idempotencyKey: IdempotencyKey, of tenantID: UUID, by principal: String, method: String, target: String,
    body: [UInt8]
  ) -> IdempotentCall {
    let scope = Self.fields("key", tenantID.text, principal, idempotencyKey.text)
    return IdempotentCall(
      tenantID: tenantID, principal: principal,
      keyCode: HMACSHA256.authenticationCode(for: scope, key: key),
      requestCode: HMACSHA256.authenticationCode(for: Self.fields("request", method, target) + body, key: key))
  }

  func seal(_ answer: [UInt8], status: Int, of call: IdempotentCall, under idempotencyKey: IdempotencyKey) throws
    -> [UInt8]
  {
    let nonce = RandomSource.system.bytes(Self.nonceLength)
    let cipher = try AES256GCM(key: answerKey(of: call, under: idempotencyKey))
    return nonce + (try cipher.seal(answer, nonce: nonce, additionalData: Self.context(of: call, status)))
  }

  func open(_ sealed: [UInt8], status: Int, of call: IdempotentCall, under idempotencyKey: IdempotencyKey) throws
    -> SecretBytes
  {
    let cipher = try AES256GCM(key: answerKey(of: call, under: idempotencyKey))
    return try cipher.open(
      sealed.dropFirst(Self.nonceLength), nonce: sealed.prefix(Self.nonceLength),
      additionalData: Self.context(of: call, status))
  }

  private func answerKey(of call: IdempotentCall, under idempotencyKey: IdempotencyKey) throws -> SecretBytes {
    try HKDFSHA256.deriveKey(
      from: key, salt: call.keyCode, info: Self.fields("answer", idempotencyKey.text), count: 32)
  }

  private static func context(of call: IdempotentCall, _ status: Int) -> [UInt8] {
    call.requestCode + fields(String(status))
  }

  /// Each with its length before it, so that no two lists read alike.
  private static func fields(_ texts: String...) -> [UInt8] {
    texts.flatMap { text in withUnsafeBytes(of: UInt32(text.utf8.count).bigEndian) { [UInt8]($0) } + [UInt8](text.utf8)
    }
  }
}
