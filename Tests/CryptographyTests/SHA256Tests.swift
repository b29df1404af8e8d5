import Cryptography
import Testing

/// The examples of FIPS 180-4 and NIST's own test vectors.
@Suite struct SHA256Tests {
  private static let vectors: [(String, String)] = [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ]

  @Test(arguments: vectors)
  func hashesAtOnce(message: String, digest: String) {
    #expect(SHA256.hash(message.utf8) == [UInt8](hexadecimal: digest))
    #expect(SHA256.hash(message.utf8).count == SHA256.byteCount)
  }

  @Test(arguments: vectors)
  func hashesPieceByPiece(message: String, digest: String) {
    let hash = SHA256()
    for byte in message.utf8 { hash.update(CollectionOfOne(byte)) }
    #expect(hash.finalize() == [UInt8](hexadecimal: digest))
  }

  @Test func hashesAMillionLetters() {
    let hash = SHA256()
    for _ in 0..<1000 { hash.update(repeatElement(UInt8(ascii: "a"), count: 1000)) }
    #expect(
      hash.finalize() == [UInt8](hexadecimal: "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"))
  }

  @Test func beginsAnewAfterEachDigest() {
    let hash = SHA256()
    hash.update("abc".utf8)
    #expect(hash.finalize() == SHA256.hash("abc".utf8))
    #expect(hash.finalize() == SHA256.hash([]))
  }
}
