import Foundation
import Testing

@testable import CloudKMS

@Suite struct SmallFileTests {
  private func with(_ content: [UInt8], _ body: (String) throws -> Void) throws {
    let path = NSTemporaryDirectory() + "small-\(UUID().uuidString)"
    try Data(content).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    try body(path)
  }

  @Test(arguments: [0, 1, 99, 100])
  func `a file within its bound is read whole`(_ count: Int) throws {
    let content = (0..<count).map { UInt8($0) }
    try with(content) { path in
      let bytes = try SmallFile.bytes(at: path, maximumLength: 100)
      #expect(bytes == content)
    }
  }

  @Test func `a file beyond it is not taken, nor one without an end`() throws {
    try with(Array(repeating: 1, count: 101)) { path in
      #expect(throws: SmallFileError.tooLong(100)) { try SmallFile.bytes(at: path, maximumLength: 100) }
    }
    #expect(throws: SmallFileError.tooLong(100)) { try SmallFile.bytes(at: "/dev/zero", maximumLength: 100) }
  }

  @Test(arguments: ["/nonexistent", "/", ""])
  func `what is no file can't be read`(_ path: String) {
    #expect(throws: SmallFileError.unreadable) { try SmallFile.bytes(at: path, maximumLength: 100) }
  }

  @Test(arguments: [
    ("ey.J", "ey.J"), (" \n ey.J\r\n", "ey.J"), ("", nil), (" \n", nil), ("a b", nil), ("\u{e4}", nil),
    ("a\u{7f}", nil),
  ])
  func `a token is what is between white space`(_ text: String, token: String?) throws {
    try with(Array(text.utf8)) { path in
      let found = try SmallFile.token(at: path, maximumLength: 100)
      #expect(found == token)
    }
  }
}
