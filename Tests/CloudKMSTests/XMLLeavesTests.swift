import Testing

@testable import CloudKMS

@Suite struct XMLLeavesTests {
  @Test func leavesHaveTheirPaths() {
    let leaves = XMLLeaves(
      Array("<?xml version=\"1.0\"?>\n<a xmlns=\"x\"><b>1</b><c><d> 2 &amp;&lt;&gt;&quot;&apos;</d></c><e/></a>\n".utf8)
    )
    #expect(leaves?.text("a/b") == "1")
    #expect(leaves?.text("a/c/d") == " 2 &<>\"'")
    #expect(leaves?.text("a/e")?.isEmpty == true)
    #expect(leaves?.text("a/c") == nil)
    #expect(leaves?.text("a") == nil)
  }

  @Test(arguments: [
    "", " ", "a", "<", "<a", "<a>", "<a></b>", "<a></a", "</a>", "<a></a><b></b>", "<a></a>x", "<>", "<a><></></a>",
    "<!DOCTYPE a><a></a>", "<a><!-- c --></a>", "<a><![CDATA[x]]></a>", "<a>&b;</a>", "<a>&#65;</a>", "<a>&amp</a>",
    "<a><b>1</b><b>2</b></a>", "<a><b/><b>2</b></a>", "<1a></1a>", "<a/b></a>", "<?xml", "<?xml><a></a>", "</a/>",
    String(repeating: "<a>", count: 17) + String(repeating: "</a>", count: 17),
    "<a>" + String(repeating: "x", count: 65_536) + "</a>",
  ])
  func anythingElseIsRefused(_ text: String) {
    #expect(XMLLeaves(Array(text.utf8)) == nil)
  }

  @Test func noPrefixOfADocumentIsADocument() {
    let whole = Array(ScriptedAWS.credentials.utf8)
    #expect(XMLLeaves(whole) != nil)
    for count in 0..<whole.count { #expect(XMLLeaves(Array(whole[..<count])) == nil) }
  }

  @Test func invalidUTF8IsNoText() {
    #expect(XMLLeaves(Array("<a>".utf8) + [0xFF] + Array("</a>".utf8))?.text("a") == nil)
  }
}
