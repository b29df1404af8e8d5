import QRCode
import Testing

/// The form of what is rendered; that a real reader reads it is for the integration tests.
@Suite struct QRCodeTests {
  @Test func `the smallest version that holds a text is chosen`() throws {
    #expect(try QRCode("a").width == 21)
    #expect(try QRCode(String(repeating: "a", count: 14)).width == 21)
    #expect(try QRCode(String(repeating: "a", count: 15)).width == 25)
    #expect(try QRCode(String(repeating: "a", count: QRCode.maximumLength)).width == 177)
  }

  @Test(arguments: ["", String(repeating: "a", count: QRCode.maximumLength + 1)])
  func `a text that no code holds is refused`(text: String) {
    #expect(throws: QRCodeError.length) { try QRCode(text) }
  }

  @Test func `three corners have a finder pattern, and what is outside is light`() throws {
    let code = try QRCode("otpauth://totp/x?secret=AAAA")
    for (row, column) in [(0, 0), (0, code.width - 7), (code.width - 7, 0)] {
      #expect((0..<7).allSatisfy { code[row, column + $0] && code[row + 6, column + $0] && code[row + $0, column] })
      #expect((1..<6).allSatisfy { !code[row + 1, column + $0] })
      #expect((2..<5).allSatisfy { code[row + 3, column + $0] })
    }
    for outside in [(-1, 0), (0, -1), (code.width, 0), (0, code.width)] { #expect(!code[outside.0, outside.1]) }
  }

  @Test func `an SVG document has a quiet zone and refers to nothing`() throws {
    let svg = try QRCode("a").svg
    #expect(svg.hasPrefix(#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 29 29""#))
    #expect(svg.contains("M4 4h7v1h-7z"), "the upper edge of the first finder pattern")
    #expect(svg.hasSuffix("</svg>"))
    for word in ["<script", "style", "href", "url("] { #expect(!svg.contains(word), "\(word)") }
  }

  @Test func `a terminal's lines are as wide as the code, and say their colours`() throws {
    let code = try QRCode("a")
    let lines = code.terminalArt.split(separator: "\n")
    #expect(lines.count == 15)
    for line in lines {
      #expect(line.hasPrefix("\u{1B}[38;5;16;48;5;231m") && line.hasSuffix("\u{1B}[0m"))
      #expect(line.filter { " ▀▄█".contains($0) }.count == 29)
    }
    #expect(!lines[0].contains { "▀▄█".contains($0) } && !lines[1].contains { "▀▄█".contains($0) })
  }

  @Test func `a code never shows itself`() throws {
    let code = try QRCode("secret")
    var dumped = ""
    dump(code, to: &dumped)
    #expect("\(code)" == "QRCode(redacted)")
    #expect(!dumped.contains("isDark"))
  }
}
