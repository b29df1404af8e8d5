import Testing

@testable import Repository

@Suite struct EmailAddressTests {
  @Test func `case makes no other address`() throws {
    #expect(EmailAddress("Ada@Example.COM")?.text == "ada@example.com")
    #expect(EmailAddress("Ada@Example.COM") == EmailAddress("ada@example.com"))
  }

  @Test(arguments: [
    "", "@", "a@", "@b", "ab", "a@b@c", "a b@c", "a@b\n", "a@b\u{0}", "\u{e9}@b", "a@b\u{7F}",
    "a@" + String(repeating: "b", count: 253),
  ])
  func `what can't be an address is none`(text: String) { #expect(EmailAddress(text) == nil) }

  @Test(arguments: ["a@b", "first.last+tag@sub.example.org", "a@" + String(repeating: "b", count: 252)])
  func `what may be one is`(text: String) { #expect(EmailAddress(text)?.text == text) }
}
