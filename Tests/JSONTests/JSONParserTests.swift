import JSON
import Testing

@Suite struct JSONParserTests {
  @Test(
    arguments: [
      ("null", JSONValue.null), (" true ", true), ("-12", -12), ("0", 0), ("1.5e3", .number(1500)), ("[]", .array([])),
      ("{\"a\":[1,{\"b\":\"c\"}]}", ["a": [1, ["b": "c"]]]), ("\"\\u0041\\n\\/\"", "A\n/"),
      ("\"\\ud83d\\ude00\"", "😀"), ("9007199254740991", .number(9_007_199_254_740_991)),
    ] as [(String, JSONValue)])
  func `parses every form`(text: String, value: JSONValue) throws {
    #expect(try JSONValue(parsing: Array(text.utf8)) == value)
  }

  @Test(arguments: [
    ("", JSONError.Code.unexpectedEnd), ("{", .unexpectedEnd), ("[1,", .unexpectedEnd), ("\"a", .unexpectedEnd),
    ("01", .invalidNumber), ("+1", .invalidNumber), ("1.", .invalidNumber), ("1e", .invalidNumber),
    ("-", .invalidNumber), ("NaN", .invalidNumber), ("1e999", .invalidNumber), ("9007199254740993", .invalidNumber),
    ("nul", .unexpectedEnd), ("tru3", .unexpectedByte), ("[1 2]", .unexpectedByte), ("{a:1}", .unexpectedByte),
    ("{\"a\" 1}", .unexpectedByte), ("1 1", .trailingBytes), ("\"\u{1}\"", .invalidString),
    ("\"\\x\"", .invalidString), ("\"\\ud800\"", .invalidString), ("\"\\ude00\"", .invalidString),
    ("\"\\ud800\\u0041\"", .invalidString), ("\"\\u00g0\"", .invalidString), ("{\"a\":1,\"a\":2}", .duplicateName),
  ])
  func `refuses what is not JSON`(text: String, code: JSONError.Code) {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: Array(text.utf8)) }
    #expect(error?.code == code)
  }

  @Test func `refuses invalid UTF-8`() {
    let error = #expect(throws: JSONError.self) { try JSONValue(parsing: [0x22, 0xC3, 0x28, 0x22]) }
    #expect(error?.code == .invalidString)
    #expect(error?.offset == 0)
  }

  @Test func `bounds length before parsing and depth while parsing`() throws {
    let tooLong = #expect(throws: JSONError.self) { try JSONValue(parsing: Array("[1]".utf8), maximumLength: 2) }
    #expect(tooLong?.code == .tooLong)
    let nested = Array((String(repeating: "[", count: 100_000)).utf8)
    let tooDeep = #expect(throws: JSONError.self) { try JSONValue(parsing: nested) }
    #expect(tooDeep?.code == .tooDeep)
    #expect(try JSONValue(parsing: Array("[[1]]".utf8), maximumDepth: 2) == [[1]])
  }

  @Test func `never crashes and round trips what it accepts`() throws {
    let seed = UInt64.random(in: 0...UInt64.max)
    var random = SplitMix64(state: seed)
    let alphabet = Array("{}[]\",:\\u0123456789.eE+-truefalsn \u{7f}é".utf8) + [0xFF, 0xC3]
    var accepted = 0
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...12, using: &random)).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
      }
      guard let value = try? JSONValue(parsing: text) else { continue }
      accepted += 1
      #expect(try JSONValue(parsing: value.canonicalBytes) == value, "seed \(seed)")
    }
    #expect(accepted > 0, "seed \(seed)")
  }
}

/// A small generator with a printable seed.
struct SplitMix64: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
