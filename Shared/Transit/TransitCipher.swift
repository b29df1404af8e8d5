internal import Cryptography

/// AES-256-GCM under one version of a transit key, with a random nonce for each message.
///
/// Its additional data, which the format has no room for and no client has to give, are the same on both sides: tenant,
/// key and version. So a ciphertext opens nowhere else, even if somebody moved the material in the database.
struct TransitCipher {
  /// What a ciphertext has more than its plaintext, in bytes.
  static let overheadByteCount = AES256GCM.nonceByteCount + AES256GCM.tagByteCount

  let material: TransitMaterial
  let random: RandomSource

  /// - Parameter plaintext: at most ``TransitKeys/maximumPlaintextLength`` bytes.
  func encrypt(_ plaintext: SecretBytes) throws -> TransitCiphertext {
    let nonce = random.bytes(AES256GCM.nonceByteCount)
    let sealed = try AES256GCM(key: material.key).seal(
      plaintext, nonce: nonce, additionalData: material.additionalData)
    return TransitCiphertext(
      keyVersion: material.version,
      payload: nonce + sealed.suffix(AES256GCM.tagByteCount) + sealed.dropLast(AES256GCM.tagByteCount))
  }

  /// - Throws: `cannotDecrypt`.
  func decrypt(_ ciphertext: TransitCiphertext) throws -> SecretBytes {
    guard ciphertext.keyVersion == material.version, ciphertext.payload.count >= Self.overheadByteCount else {
      throw TransitError.cannotDecrypt
    }
    let tagged = ciphertext.payload.dropFirst(AES256GCM.nonceByteCount)
    do throws(CryptographyError) {
      return try AES256GCM(key: material.key).open(
        tagged.dropFirst(AES256GCM.tagByteCount) + tagged.prefix(AES256GCM.tagByteCount),
        nonce: ciphertext.payload.prefix(AES256GCM.nonceByteCount), additionalData: material.additionalData)
    } catch {
      guard error.code == .authenticationFailed else { throw error }
      throw TransitError.cannotDecrypt
    }
  }
}
