import Cryptography
import Testing

@testable import Repository

@Suite struct PasswordHashTests {
  static let cost = Scrypt.Cost(logarithm: 4, blockSize: 1, parallelism: 1) ?? .password
  let password = SecretBytes(copying: "correct horse".utf8)

  @Test func `a password is told from every other`() throws {
    let hash = try PasswordHash(of: password, cost: Self.cost)
    #expect(try hash.matches(password))
    for other in ["", "correct hors", "correct horse ", "Correct horse"] {
      #expect(try !hash.matches(SecretBytes(copying: other.utf8)))
    }
  }

  @Test func `the same password is never stored the same way twice`() throws {
    #expect(try PasswordHash(of: password, cost: Self.cost) != PasswordHash(of: password, cost: Self.cost))
  }

  @Test func `what is stored says what it cost, and is read again`() throws {
    let hash = try PasswordHash(of: password, cost: Self.cost)
    #expect(hash.text.hasPrefix("$scrypt$ln=4,r=1,p=1$"))
    #expect(PasswordHash(hash.text) == hash)
    #expect(try #require(PasswordHash(hash.text)).matches(password))
  }

  /// Made by Python's `hashlib.scrypt(b"password", salt=b"NaClNaCl", n=16, r=1, p=1, dklen=32)`.
  @Test func `another's hash is read`() throws {
    let hash = try #require(
      PasswordHash("$scrypt$ln=4,r=1,p=1$TmFDbE5hQ2w$aTpwBo4yniSU9Qja2x4fazVfZGHMKLjoCKmRXGZ6qsg"))
    #expect(try hash.matches(SecretBytes(copying: "password".utf8)))
  }

  @Test func `a new hash costs what OWASP asks at least`() throws {
    #expect(Scrypt.Cost.password.logarithm == 16)
    #expect(Scrypt.Cost.password.blockSize == 8)
    #expect(Scrypt.Cost.password.parallelism == 2)
    #expect(PasswordHash.decoy().cost == .password)
  }

  @Test(arguments: [
    "", "$scrypt$", "$argon2id$v=19$m=65536,t=3,p=4$c2FsdHNhbHQ$aGFzaA", "$scrypt$ln=31,r=8,p=1$c2FsdHNhbHQ$aGFzaA",
    "$scrypt$ln=4,r=1,p=1$c2FsdHNhbHQ$aGFzaA", "$scrypt$ln=4,r=1,p=1$$",
    "$scrypt$ln=4,r=1,p=1$c2E$DUPmvRYdj9SA2l7FwGkFVdu9gKTYPC8wYpVEHhRqMqs",
  ])
  func `what isn't a hash of ours is none`(text: String) { #expect(PasswordHash(text) == nil) }

  @Test func `a hash never shows itself`() throws {
    let hash = try PasswordHash(of: password, cost: Self.cost)
    var dumped = ""
    dump(hash, to: &dumped)
    #expect("\(hash)" == "PasswordHash(redacted)")
    #expect(!dumped.contains("digest"))
  }
}
