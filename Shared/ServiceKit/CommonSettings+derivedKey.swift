public import Cryptography

extension CommonSettings {
  /// Derives a key for one purpose from the command key: HKDF-SHA-256 (RFC 5869) without a salt, the purpose as `info`.
  ///
  /// Such a key is as secret as the command key, tells nothing about it, and needs no setting of its own.
  /// - Parameters:
  ///   - settings: where `COMMAND_KEY_B64` is read.
  ///   - purpose: what the key is for, at most 1024 bytes; different purposes have unrelated keys.
  /// - Returns: 32 bytes.
  /// - Throws: ``ConfigurationError`` with everything wrong so far.
  public static func derivedKey(
    _ settings: inout SettingsReader, for purpose: String
  ) throws(ConfigurationError) -> SecretBytes {
    let derived = settings.read(commandKey) {
      try HKDFSHA256.deriveKey(from: Setting.key256($0), salt: [], info: purpose.utf8, count: 32)
    }
    return try settings.require(derived)
  }
}
