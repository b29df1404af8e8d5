import Cryptography
import Testing

@Suite struct SecretBytesTests {
  private struct Refusal: Error, Equatable {}

  @Test(arguments: [0, 1, 32, 64, 65, 4096, 4097, 1 << 16])
  func holdsWhatItWasGiven(count: Int) {
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let secret = SecretBytes(copying: bytes)
    #expect(secret.count == count)
    #expect(secret.isEmpty == (count == 0))
    #expect(secret.withUnsafeBytes { Array($0) } == bytes)
  }

  @Test func copiesFromEveryKindOfCollection() {
    let expected = SecretBytes(copying: [65, 66, 67])
    #expect(SecretBytes(copying: "ABC".utf8) == expected)
    #expect(SecretBytes(copying: [64, 65, 66, 67][1...]) == expected)
    #expect(SecretBytes(copying: (65...67).lazy.map { UInt8($0) }) == expected)
  }

  @Test(arguments: [32, 100, 5000])
  func beginsWithZeros(count: Int) {
    for _ in 0..<8 {
      _ = SecretBytes(copying: [UInt8](repeating: 0xAA, count: count))
      let secret = SecretBytes(count: count) { _ in }
      #expect(secret.withUnsafeBytes { $0.allSatisfy { $0 == 0 } })
    }
  }

  @Test func passesOnTheErrorOfItsInitializer() {
    #expect(throws: Refusal()) {
      try SecretBytes(count: 32) { _ throws(Refusal) in throw Refusal() }
    }
  }

  @Test func drawsFromTheSourceThatItIsGiven() {
    let source = RandomSource { buffer in buffer.copyBytes(from: (0..<buffer.count).map { UInt8($0) }) }
    #expect(SecretBytes.random(count: 4, from: source) == SecretBytes(copying: [0, 1, 2, 3]))
  }

  @Test func comparesByContent() {
    let secret = SecretBytes(copying: [1, 2, 3])
    #expect(secret == SecretBytes(copying: [1, 2, 3]))
    #expect(secret != SecretBytes(copying: [1, 2, 4]))
    #expect(secret != SecretBytes(copying: [1, 2]))
    #expect(SecretBytes(copying: []) == SecretBytes(copying: []))
  }

  @Test func neverShowsItsBytes() {
    let secret = SecretBytes(copying: "hunter2".utf8)
    var dumped = ""
    dump(secret, to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret])", "\(Optional(secret) as Any)", dumped] {
      #expect(text.contains("SecretBytes(redacted)"))
      #expect(!text.contains("hunter2"))
      #expect(!text.contains("104"))
    }
    #expect(Mirror(reflecting: secret).children.isEmpty)
  }

  @Test func survivesMoreSecretsThanThereAreSlots() {
    let secrets = (0..<6000).map { number in
      SecretBytes(copying: [UInt8(truncatingIfNeeded: number), UInt8(truncatingIfNeeded: number >> 8)])
    }
    for (number, secret) in secrets.enumerated() {
      let value = secret.withUnsafeBytes { Int($0[0]) | Int($0[1]) << 8 }
      #expect(value == number)
    }
  }

  @Test func isSharedByManyTasks() async {
    let secret = SecretBytes(copying: 0..<64)
    await withTaskGroup(of: Bool.self) { group in
      for _ in 0..<16 {
        group.addTask { (0..<100).allSatisfy { _ in SecretBytes(copying: 0..<64) == secret } }
      }
      for await equal in group { #expect(equal) }
    }
  }
}
