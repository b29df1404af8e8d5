import HummingbirdCore
import Testing

@testable import onboarding_api

@Suite struct ListViewTests {
  @Test(
    arguments: [
      ("", 0, 0, "There are none yet.", nil, nil), ("?search=x", 0, 0, "No name has this in it.", nil, nil),
      ("", 3, 3, "1 to 3 of 3", nil, nil), ("", 20, 20, "1 to 20 of 20", nil, nil),
      ("", 20, 1_234, "1 to 20 of 1,234", nil, "/list?page=2"),
      (
        "?page=2&search=a%20%26b", 20, 41, "21 to 40 of 41", "/list?page=1&search=a%20%26b",
        "/list?page=3&search=a%20%26b"
      ),
      ("?page=3", 1, 41, "41 to 41 of 41", "/list?page=2", nil),
      ("?page=9", 0, 41, "The list ends before this page.", "/list?page=3", nil),
      ("?page=9", 0, 0, "There are none yet.", "/list?page=1", nil),
    ] as [(String, Int, Int, String, String?, String?)])
  func `a list says where in it one is, and leads on`(
    query: String, shown: Int, total: Int, summary: String, previous: String?, next: String?
  ) throws {
    let view = try ListView(at: "/list", ListQuery(URI("/list" + query)), shown: shown, total: total)
    #expect(view.summary == summary)
    #expect(view.previous == previous)
    #expect(view.next == next)
  }

  @Test func `a short list is searched and cut in memory`() throws {
    let all = (0..<45).map { "Key \($0)" }
    func select(_ query: String) throws -> (rows: [String], total: Int) {
      let found = try ListQuery(URI("/list" + query)).select(from: all) { $0 }
      return (Array(found.rows), found.total)
    }
    #expect(try select("").rows == Array(all.prefix(20)))
    #expect(try select("?page=3").rows == Array(all.suffix(5)))
    #expect(try select("?page=1000000").rows == [])
    #expect(try select("?search=key%204").total == 6)
    #expect(try select("?search=KEY%2044").rows == ["Key 44"])
    #expect(try select("?search=nothing").total == 0)
  }

  @Test(arguments: [("a-b_c.d~/", "a-b_c.d~/"), ("?x=1&y=%\"", "%3Fx%3D1%26y%3D%25%22"), ("é", "%C3%A9")])
  func `what a query can't hold is escaped`(text: String, escaped: String) {
    #expect(text.inQuery == escaped)
  }
}
