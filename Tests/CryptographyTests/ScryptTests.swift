import Cryptography
import Testing

@Suite struct ScryptTests {
  struct Vector: Sendable {
    let password: String
    let salt: String
    let cost: (logarithm: Int, blockSize: Int, parallelism: Int)
    let key: String
  }

  /// RFC 7914, section 12, but for the one that takes a gibibyte.
  @Test(arguments: [
    Vector(
      password: "", salt: "", cost: (4, 1, 1),
      key: "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442fcd0069ded0948f8326a753a0fc81f17"
        + "e8d3e0fb2e0d3628cf35e20c38d18906"),
    Vector(
      password: "password", salt: "NaCl", cost: (10, 8, 16),
      key: "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830da"
        + "c727afb94a83ee6d8360cbdfa2cc0640"),
    Vector(
      password: "pleaseletmein", salt: "SodiumChloride", cost: (14, 8, 1),
      key: "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2d5432955613f0fcf62d49705242a9af9"
        + "e61e85dc0d651e40dfcf017b45575887"),
  ])
  func `answers the vectors of the RFC`(vector: Vector) throws {
    let cost = try #require(
      Scrypt.Cost(
        logarithm: vector.cost.logarithm, blockSize: vector.cost.blockSize, parallelism: vector.cost.parallelism))
    let key = try Scrypt.deriveKey(
      from: SecretBytes(copying: vector.password.utf8), salt: vector.salt.utf8, cost: cost, count: 64)
    #expect(key == SecretBytes(copying: try #require([UInt8](hexadecimal: vector.key))))
  }

  @Test(arguments: [15, 65])
  func `refuses a length out of range`(count: Int) throws {
    let cost = try #require(Scrypt.Cost(logarithm: 4, blockSize: 1, parallelism: 1))
    let error = #expect(throws: CryptographyError.self) {
      try Scrypt.deriveKey(from: SecretBytes(copying: []), salt: [], cost: cost, count: count)
    }
    #expect(error?.code == .invalidLength)
  }

  @Test(arguments: [(0, 8, 1), (21, 8, 1), (18, 16, 1), (16, 1, 1), (16, 0, 1), (16, 33, 1), (16, 8, 0), (16, 8, 17)])
  func `takes no cost that could exhaust the process`(logarithm: Int, blockSize: Int, parallelism: Int) {
    #expect(Scrypt.Cost(logarithm: logarithm, blockSize: blockSize, parallelism: parallelism) == nil)
  }

  @Test func `takes all the memory that it may`() throws {
    let cost = try #require(Scrypt.Cost(logarithm: 18, blockSize: 8, parallelism: 1))
    #expect(try Scrypt.deriveKey(from: SecretBytes(copying: [1]), salt: [2], cost: cost, count: 16).count == 16)
  }
}
