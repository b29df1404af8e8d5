public import Cryptography

/// The key of one session: HKDF-SHA-256 over the agent and the session's window (contract §4).
///
/// The input keying material is the agent's secret, the only secret that both sides have at that moment: the control
/// plane stores its SHA-256 alone, so it can derive the key while it answers a request that presents the secret, and at
/// no other time. A thief of the database can't. The salt is the request's nonce and the info names the session, so each
/// side contributes what makes the key new: an answer recorded earlier doesn't open for a later request, and one whose
/// window or ids were altered doesn't open at all. What the control plane holds of the tenant's keys is no input: an
/// agent's key says nothing about them.
public struct SessionKey: Sendable {
  /// 32 bytes for AES-256-GCM.
  public let key: SecretBytes
  /// `session_key_id`: `sk_` and 32 digits. Derived beside the key, independent of it and public, it tells an agent
  /// whether both sides derived the same key.
  public let id: String

  static let label = "tenant-kms agent session v1"

  /// Derives the key of a session.
  /// - Parameters:
  ///   - secret: the agent's, 32 bytes.
  ///   - nonce: the request's.
  ///   - context: the session.
  /// - Throws: `invalidKeyLength` for an empty secret, `invalidLength` for a context of over 1,000 bytes.
  public static func derive(
    from secret: SecretBytes, nonce: String, for context: SessionContext
  ) throws(CryptographyError) -> SessionKey {
    let material = try HKDFSHA256.deriveKey(
      from: secret, salt: Array(nonce.utf8), info: Fields.encode([label] + context.fields), count: 48)
    return material.withUnsafeBytes { bytes in
      SessionKey(
        key: SecretBytes(count: 32) { $0.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<32])) },
        id: "sk_" + [UInt8](bytes[32...]).hexadecimal)
    }
  }
}
