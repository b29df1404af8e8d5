import Cryptography
import Seeded
import Testing

@testable import Repository

@Suite struct APIKeyTests {
  @Test func `a new key survives being written and read`() throws {
    for seed in 0..<200 as Range<UInt64> {
      let key = APIKey.generate(random: .seeded(seed))
      let text = key.exposed()
      let read = try #require(APIKey(text), "\(text)")
      #expect(read.id == key.id)
      #expect(read.secret == key.secret)
      #expect(read.secretHash == key.secretHash)
    }
  }

  @Test func `it has the form that scanners for leaked credentials look for`() {
    let text = APIKey.generate().exposed()
    #expect(text.wholeMatch(of: /tk_live_[0-9a-z]{16}_[0-9A-Za-z_-]{43}/) != nil)
  }

  @Test func `two keys have nothing in common`() {
    let keys = [APIKey.generate(), APIKey.generate()]
    #expect(keys[0].id != keys[1].id)
    #expect(keys[0].secret != keys[1].secret)
  }

  @Test func `what is stored is the hash of the secret's bytes`() throws {
    let key = try #require(APIKey("tk_live_0123456789abcdef_" + String(repeating: "A", count: 43)))
    #expect(key.secretHash == SHA256.hash([UInt8](repeating: 0, count: 32)))
  }

  @Test(arguments: [
    "", "tk_live_", "tk_live_0123456789abcdef", "tk_live_0123456789abcdef_",
    // Another prefix, an id that is too short, a secret that is too long.
    "tk_test_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "tk_live_0123456789abcde_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "tk_live_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    // An id of other letters, or of more bytes than letters.
    "tk_live_0123456789ABCDEF_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "tk_live_0123456789abcdé_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    "tk_live_0123456789abc\u{0}ef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
    // A secret that is no base64, or whose last character has bits to spare: one key has one text.
    "tk_live_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA!",
    "tk_live_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "tk_live_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB",
    " tk_live_0123456789abcdef_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
  ])
  func `anything else is no key`(text: String) {
    #expect(APIKey(text) == nil)
  }

  @Test func `damaged keys are refused or are other keys`() {
    var random = SeededGenerator(seed: 4)
    let key = APIKey.generate(random: .seeded(5))
    for _ in 0..<5_000 {
      var bytes = Array(key.exposed().utf8)
      for _ in 0...Int(random.next() % 3) {
        bytes[Int(random.next() % UInt64(bytes.count))] = UInt8(random.next() & 0x7F)
      }
      if random.next().isMultiple(of: 4) { bytes.removeLast(Int(random.next() % 68)) }
      let text = String(decoding: bytes, as: UTF8.self)
      guard let read = APIKey(text) else { continue }
      #expect(read.exposed() == text, "seed 4")
    }
  }
}
