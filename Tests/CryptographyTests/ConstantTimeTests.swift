import Cryptography
import Testing

@Suite struct ConstantTimeTests {
  @Test func equalsOnlyTheSameBytes() {
    let bytes: [UInt8] = Array(0..<32)
    #expect(constantTimeEquals(bytes, bytes))
    #expect(constantTimeEquals([] as [UInt8], [] as [UInt8]))
    #expect(constantTimeEquals(bytes[1..<3], [1, 2]))
    #expect(constantTimeEquals("abc".utf8, [97, 98, 99]))
    #expect(!constantTimeEquals(bytes, bytes.dropLast()))
    #expect(!constantTimeEquals(bytes, [] as [UInt8]))
    for bit in 0..<256 {
      var other = bytes
      other[bit / 8] ^= 1 << UInt8(bit % 8)
      #expect(!constantTimeEquals(bytes, other))
    }
  }
}
