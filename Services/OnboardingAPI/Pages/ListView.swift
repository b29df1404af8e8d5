import HummingbirdCore

/// Which part of a list a page is asked for.
struct ListQuery {
  let page: Page
  let search: Search

  /// - Throws: 400.
  init(_ uri: URI) throws(APIError) {
    page = try Page(uri)
    search = try Search(uri)
  }

  /// That part of a list which is short enough to be read whole.
  func select<Element>(from all: [Element], by name: (Element) -> String) -> (rows: ArraySlice<Element>, total: Int) {
    let text = search.text?.lowercased()
    let found = all.filter { element in text.map { name(element).lowercased().contains($0) } ?? true }
    return (found.dropFirst(Int(page.offset)).prefix(Int(page.perPage)), found.count)
  }
}

/// What a list shows beside its rows: what is searched for, where in the list this is, and the ways to the pages beside it.
struct ListView {
  let path: String
  let search: String
  /// `21 to 40 of 1,234`.
  let summary: String
  let previous: String?
  let next: String?

  /// - Parameters:
  ///   - path: where the list is.
  ///   - shown: how many rows this page has.
  ///   - total: how many there are of what is searched for.
  init(at path: String, _ query: ListQuery, shown: Int, total: Int) {
    self.path = path
    search = query.search.text ?? ""
    let (number, offset) = (Int(query.page.page), Int(query.page.offset))
    let last = max(1, (total + Int(query.page.perPage) - 1) / Int(query.page.perPage))
    summary =
      if total == 0 {
        search.isEmpty ? "There are none yet." : "No name has this in it."
      } else if shown == 0 {
        "The list ends before this page."
      } else {
        "\((offset + 1).grouped) to \((offset + shown).grouped) of \(total.grouped)"
      }
    previous = number > 1 ? Self.link(path, search, page: min(number - 1, last)) : nil
    next = number < last ? Self.link(path, search, page: number + 1) : nil
  }

  private static func link(_ path: String, _ search: String, page: Int) -> String {
    "\(path)?page=\(page)" + (search.isEmpty ? "" : "&search=\(search.inQuery)")
  }
}

extension String {
  /// As it stands in a query (RFC 3986): only unreserved characters and slashes as they are.
  var inQuery: String {
    utf8.map { byte in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-")...UInt8(ascii: "/"), UInt8(ascii: "_"),
        UInt8(ascii: "~"):
        String(UnicodeScalar(byte))
      default: "%" + String(Int(byte) + 0x100, radix: 16, uppercase: true).dropFirst()
      }
    }.joined()
  }
}
