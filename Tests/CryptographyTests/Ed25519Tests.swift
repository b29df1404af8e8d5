import Cryptography
import Testing

/// RFC 8032 §7.1, tests 1 to 3.
@Suite struct Ed25519Tests {
  struct Vector: Sendable {
    let seed: String
    let publicKey: String
    let message: String
    let signature: String
  }

  static let vectors = [
    Vector(
      seed: "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      publicKey: "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", message: "",
      signature: "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
        + "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"),
    Vector(
      seed: "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      publicKey: "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", message: "72",
      signature: "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"),
    Vector(
      seed: "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      publicKey: "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", message: "af82",
      signature: "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
        + "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"),
  ]

  @Test(arguments: vectors)
  func `it signs as the RFC does`(vector: Vector) throws {
    let seed = SecretBytes(copying: try bytes(vector.seed))
    #expect(try Ed25519.publicKey(of: seed).hexadecimal == vector.publicKey)
    #expect(try Ed25519.signature(of: bytes(vector.message), seed: seed).hexadecimal == vector.signature)
  }

  @Test(arguments: vectors)
  func `it takes the RFC's signatures, and none with a bit changed`(vector: Vector) throws {
    let (signature, message) = (try bytes(vector.signature), try bytes(vector.message))
    let key = try bytes(vector.publicKey)
    #expect(Ed25519.isValid(signature, of: message, publicKey: key))
    for index in signature.indices {
      var changed = signature
      changed[index] ^= 1
      #expect(!Ed25519.isValid(changed, of: message, publicKey: key))
    }
    #expect(!Ed25519.isValid(signature, of: message + [0], publicKey: key))
    let others = try Self.vectors.filter { $0.seed != vector.seed }.map { try bytes($0.publicKey) }
    for other in others { #expect(!Ed25519.isValid(signature, of: message, publicKey: other)) }
  }

  @Test func `what has the wrong length is no key and no signature`() throws {
    for count in [0, 31, 33, 64] {
      let error = #expect(throws: CryptographyError.self) {
        try Ed25519.publicKey(of: SecretBytes(copying: [UInt8](repeating: 1, count: count)))
      }
      #expect(error?.code == .invalidKeyLength)
    }
    let vector = Self.vectors[0]
    let (signature, key) = (try bytes(vector.signature), try bytes(vector.publicKey))
    #expect(!Ed25519.isValid(signature.dropLast(), of: [], publicKey: key))
    #expect(!Ed25519.isValid(signature + [0], of: [], publicKey: key))
    #expect(!Ed25519.isValid(signature, of: [], publicKey: key.dropLast()))
    #expect(!Ed25519.isValid(signature, of: [], publicKey: [UInt8](repeating: 0xFF, count: 32)))
  }

  private func bytes(_ text: String) throws -> [UInt8] { try #require([UInt8](hexadecimal: text)) }
}
