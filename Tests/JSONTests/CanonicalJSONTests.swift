import JSON
import Testing

@Suite struct CanonicalJSONTests {
  // RFC 8785, appendix B and section 3.2.2.
  @Test(
    arguments: [
      (0x0000_0000_0000_0000, "0"), (0x8000_0000_0000_0000, "0"), (0x0000_0000_0000_0001, "5e-324"),
      (0x8000_0000_0000_0001, "-5e-324"), (0x7fef_ffff_ffff_ffff, "1.7976931348623157e+308"),
      (0x4340_0000_0000_0000, "9007199254740992"), (0xc340_0000_0000_0000, "-9007199254740992"),
      (0x4430_0000_0000_0000, "295147905179352830000"), (0x44b5_2d02_c7e1_4af5, "9.999999999999997e+22"),
      (0x44b5_2d02_c7e1_4af6, "1e+23"), (0x44b5_2d02_c7e1_4af7, "1.0000000000000001e+23"),
      (0x444b_1ae4_d6e2_ef4e, "999999999999999700000"), (0x444b_1ae4_d6e2_ef4f, "999999999999999900000"),
      (0x444b_1ae4_d6e2_ef50, "1e+21"), (0x3eb0_c6f7_a0b5_ed8c, "9.999999999999997e-7"),
      (0x3eb0_c6f7_a0b5_ed8d, "0.000001"), (0x41b3_de43_5555_5553, "333333333.3333332"),
      (0x41b3_de43_5555_5554, "333333333.33333325"), (0xbecb_f647_612f_3696, "-0.0000033333333333333333"),
      (0x4314_3ff3_c1cb_0959, "1424953923781206.2"), (0x4059_0000_0000_0000, "100"),
    ] as [(UInt64, String)])
  func `writes numbers as ECMAScript does`(bits: UInt64, text: String) {
    #expect(JSONValue.number(Double(bitPattern: bits)).canonicalText == text)
  }

  @Test func `sorts names by UTF-16 code units and escapes only what must be`() {
    let value: JSONValue = [
      "\u{20ac}": "Euro Sign", "\r": "Carriage Return", "\u{fb33}": "Hebrew Letter Dalet With Dagesh", "1": "One",
      "\u{1f600}": "Emoji: Grinning Face", "\u{80}": "Control", "\u{f6}": "Latin Small Letter O With Diaeresis",
    ]
    let text =
      #"{"\r":"Carriage Return","1":"One",""# + "\u{80}" + #"":"Control","ö":"Latin Small Letter O With Diaeresis","#
      + #""€":"Euro Sign","😀":"Emoji: Grinning Face",""# + "\u{fb33}" + #"":"Hebrew Letter Dalet With Dagesh"}"#
    #expect(value.canonicalText == text)
    #expect(JSONValue.string("\u{1f}\"\\/\u{8}").canonicalText == #""\u001f\"\\/\b""#)
    #expect(JSONValue.string("one\n\ttwo\"three").canonicalText == #""one\n\ttwo\"three""#)
  }

  // UTF-8 orders the last two groups the other way round.
  @Test func `any two names are in the order of their UTF-16 code units`() {
    let letters = [
      "a", "z", "\u{7f}", "\u{80}", "\u{7ff}", "\u{d7ff}", "\u{10000}", "\u{10ffff}", "\u{e000}", "\u{ffff}",
    ]
    let names = letters + letters.flatMap { first in letters.map { first + $0 } }
    for one in names {
      for other in names where one != other {
        let value = JSONValue.object([one: .null, other: .null])
        let isFirst = one.utf16.lexicographicallyPrecedes(other.utf16)
        #expect(value.canonicalText.hasPrefix("{\"\(isFirst ? one : other)\":"))
      }
    }
  }
}
