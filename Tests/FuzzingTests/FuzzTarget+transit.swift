import Cryptography
import Foundation
import Seeded

@testable import Transit

extension FuzzTarget {
  /// The text of a ciphertext under a known key: it is written in one way, and nothing but the original opens.
  static let transit = FuzzTarget(
    name: "transit",
    dictionary: ["knoxcall:v1:", "knoxcall:v", "vault:v1:", "2147483647", "2147483648", "0", "+", "/", "=", "==", ":"],
    seeds: { [Array(TransitSample.text.utf8)] }
  ) { bytes in
    let text = String(decoding: bytes, as: UTF8.self)
    let ciphertext: TransitCiphertext
    do throws(TransitError) { ciphertext = try TransitCiphertext(parsing: text) } catch {
      try Violation.unless(error == .malformed || error == .notImported, "a text that isn't one is told as that")
      return "\(error)"
    }
    try Violation.unless(ciphertext.text == text, "a ciphertext is written in one way")
    try Violation.unless(ciphertext.keyVersion >= 1, "versions begin at 1")
    do { _ = try TransitSample.open(ciphertext) } catch let error as TransitError {
      try Violation.unless(error == .cannotDecrypt, "no fault is told from another")
      return "closed"
    }
    try Violation.unless(text == TransitSample.text, "a ciphertext opens only as it was made")
    return "opened"
  }
}

/// A ciphertext, and the key that it is under.
private enum TransitSample {
  private static let cipher = TransitCipher(
    material: TransitMaterial(
      id: UUID(uuid: (3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3)),
      tenantID: UUID(uuid: (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)),
      keyID: UUID(uuid: (9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)), version: 3,
      key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)), deadline: .seconds(1)),
    random: .seeded(5))

  static let text: String = {
    guard let made = try? cipher.encrypt(SecretBytes(copying: "a plaintext".utf8)) else {
      preconditionFailure("it can be encrypted")
    }
    return made.text
  }()

  static func open(_ ciphertext: TransitCiphertext) throws -> SecretBytes { try cipher.decrypt(ciphertext) }
}
