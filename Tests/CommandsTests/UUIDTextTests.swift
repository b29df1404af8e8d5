import Commands
import Foundation
import Testing

struct UUIDTextTests {
  @Test(arguments: ["0190a1b2-0000-7000-8000-00000000000a", "0190A1B2-0000-7000-8000-00000000000A"])
  func `an id is read in either case`(_ text: String) throws {
    #expect(try #require(UUID(rfc9562: text)).uuidString == "0190A1B2-0000-7000-8000-00000000000A")
  }

  @Test(arguments: [
    "", "0190a1b2-0000-7000-8000-0000000000", "0190a1b2-0000-7000-8000-00000000000a0",
    "0190a1b2000070008000000000000000", "0190a1b2-0000-7000-8000-00000000000g",
    " 190a1b2-0000-7000-8000-000000000000", "0190a1b2-0000-7000-8000- 00000000000",
    "+190a1b2-0000-7000-8000-000000000000", "0190a1b2-0000-7000-80000-00000000000",
    "0190a1b2-0000-7000-8000-00000000000\u{0}", "{190a1b2-0000-7000-8000-00000000000}",
    "0190a1b2-0000-7000-8000-000000000\u{FF10}",
  ])
  func `no other text is an id`(_ text: String) { #expect(UUID(rfc9562: text) == nil) }

  @Test func `an id is written as Foundation would, in lowercase, and read again`() throws {
    let ends = ["00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"]
    for id in try ends.map({ try #require(UUID(uuidString: $0)) }) + (0..<1000).map({ _ in UUID() }) {
      #expect(id.text == id.uuidString.lowercased())
      #expect(UUID(rfc9562: id.text) == id)
    }
  }
}
