internal import Cryptography
internal import Foundation

/// What encrypting under a transit key gives: `knoxcall:v<N>:<base64>`, N the key's version.
public struct TransitCiphertext: Sendable, Equatable {
  /// The longest text, in bytes: one of a plaintext of 1 MiB.
  public static let maximumTextLength = 1_400_000

  /// The version of the transit key, from 1.
  public let keyVersion: Int32
  /// `iv[12] ‖ tag[16] ‖ ciphertext`.
  let payload: [UInt8]

  private static let prefix = "knoxcall:v"
  private static let importedPrefix = "vault:v"

  init(keyVersion: Int32, payload: [UInt8]) {
    self.keyVersion = keyVersion
    self.payload = payload
  }

  /// Reads a text, strictly: what ``text`` doesn't write is refused.
  /// - Throws: `malformed` or `notImported`.
  public init(parsing text: String) throws(TransitError) {
    guard text.utf8.count <= Self.maximumTextLength else { throw .malformed }
    guard text.hasPrefix(Self.prefix) else { throw text.hasPrefix(Self.importedPrefix) ? .notImported : .malformed }
    let rest = text.utf8.dropFirst(Self.prefix.utf8.count)
    guard let colon = rest.prefix(11).firstIndex(of: UInt8(ascii: ":")), let version = Self.version(rest[..<colon]),
      let bytes = SecretBytes(base64: String(text[text.utf8.index(after: colon)...])),
      bytes.count >= TransitCipher.overheadByteCount
    else { throw .malformed }
    self.init(keyVersion: version, payload: bytes.withUnsafeBytes { [UInt8]($0) })
  }

  /// The text.
  public var text: String { "\(Self.prefix)\(keyVersion):\(Data(payload).base64EncodedString())" }

  private static func version(_ digits: Substring.UTF8View) -> Int32? {
    guard digits.first != UInt8(ascii: "0"), digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) })
    else { return nil }
    return Int32(Substring(digits))
  }
}
