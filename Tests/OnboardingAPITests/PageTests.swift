import HummingbirdCore
import JSON
import Testing

@testable import onboarding_api

@Suite struct PageTests {
  @Test(arguments: [
    ("/v1/secrets", 1, 20, 0), ("/v1/secrets?page=3", 3, 20, 40), ("/v1/secrets?page=2&per_page=100", 2, 100, 100),
    ("/v1/secrets?per_page=1&page=1000000", 1_000_000, 1, 999_999), ("/v1/secrets?other=1", 1, 20, 0),
  ])
  func `a page is read from the query`(path: String, page: Int, perPage: Int, offset: Int) throws {
    let read = try Page(URI(path))
    #expect(read.page == page)
    #expect(read.perPage == perPage)
    #expect(read.offset == offset)
  }

  @Test(arguments: [
    "page=0", "page=-1", "page=1000001", "page=", "page=x", "page=1.0", "page=9223372036854775808", "per_page=0",
    "per_page=101", "per_page=%31%30%31",
  ])
  func `a number out of bounds is named`(query: String) {
    let error = #expect(throws: APIError.self) { try Page(URI("/v1/secrets?\(query)")) }
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"]?[String(query.prefix { $0 != "=" })] != nil)
  }

  @Test(arguments: [(0, 0), (1, 1), (20, 1), (21, 2)])
  func `the number of pages follows from the total`(total: Int, pages: Int) throws {
    let meta = try Page(URI("/")).meta(total: total)
    #expect(meta["total_pages"]?.integer == pages)
    #expect(meta["total"]?.integer == total)
  }
}
