import Testing

@testable import Repository

struct BatchLoaderTests {
  private struct Away: Error {}

  /// A query that was sent, and the way to answer it.
  private struct Query: Sendable {
    let group: String
    let keys: Set<Int>
    let answer: CheckedContinuation<[Int: String], any Error>

    func answerAll() { answer.resume(returning: Dictionary(uniqueKeysWithValues: keys.map { ($0, "\(group) \($0)") })) }
  }

  private let loader: BatchLoader<String, Int, String>
  private let queries: AsyncStream<Query>

  init() {
    let (queries, sent) = AsyncStream.makeStream(of: Query.self)
    self.queries = queries
    loader = BatchLoader { group, keys in
      try await withCheckedThrowingContinuation { sent.yield(Query(group: group, keys: keys, answer: $0)) }
    }
  }

  @Test func `a lone question is asked at once, and one without an answer is answered nil`() async throws {
    var sent = queries.makeAsyncIterator()
    async let found = loader.value(of: 1, in: "a")
    await sent.next()?.answerAll()
    #expect(try await found == "a 1")
    async let missing = loader.value(of: 2, in: "a")
    await sent.next()?.answer.resume(returning: [:])
    #expect(try await missing == nil)
  }

  @Test func `what is asked during a query is asked together after it, each key once`() async throws {
    var sent = queries.makeAsyncIterator()
    async let first = loader.value(of: 1, in: "a")
    let query = await sent.next()
    async let others = ask([1, 2, 2, 3], "a")
    try await wait(for: 4, "a")
    query?.answerAll()
    #expect(try await first == "a 1")
    let second = try #require(await sent.next())
    // What was asked for before is asked for again, since it may have changed.
    #expect(second.keys == [1, 2, 3])
    second.answerAll()
    #expect(try await others == ["a 1", "a 2", "a 2", "a 3"])
  }

  @Test func `groups neither share a query nor wait for each other`() async throws {
    var sent = queries.makeAsyncIterator()
    async let mine = loader.value(of: 1, in: "a")
    let slow = await sent.next()
    async let theirs = loader.value(of: 1, in: "b")
    await sent.next()?.answerAll()
    #expect(try await theirs == "b 1")
    slow?.answerAll()
    #expect(try await mine == "a 1")
  }

  @Test func `a query answers so many at most, and the next one the rest`() async throws {
    let limit = BatchLoader<String, Int, String>.limit
    var sent = queries.makeAsyncIterator()
    async let first = loader.value(of: 0, in: "a")
    let query = await sent.next()
    async let others = ask(Array(1...limit + 1), "a")
    try await wait(for: limit + 1, "a")
    query?.answerAll()
    let full = try #require(await sent.next())
    full.answerAll()
    let rest = try #require(await sent.next())
    rest.answerAll()
    #expect([full.keys.count, rest.keys.count] == [limit, 1])
    #expect(try await others == (1...limit + 1).map { "a \($0)" })
    #expect(try await first == "a 0")
  }

  @Test func `a query that fails fails for all it was for, and for nobody after`() async throws {
    var sent = queries.makeAsyncIterator()
    let (second, third, query) = try await queryOfTwo(&sent)
    query.answer.resume(throwing: Away())
    await #expect(throws: Away.self) { try await second.value }
    await #expect(throws: Away.self) { try await third.value }
    async let fourth = loader.value(of: 4, in: "a")
    await sent.next()?.answerAll()
    #expect(try await fourth == "a 4")
  }

  @Test func `who is cancelled in line is gone from it`() async throws {
    var sent = queries.makeAsyncIterator()
    async let first = loader.value(of: 1, in: "a")
    let query = await sent.next()
    let second = Task { try await loader.value(of: 2, in: "a") }
    try await wait(for: 1, "a")
    second.cancel()
    await #expect(throws: CancellationError.self) { try await second.value }
    #expect(loader.waitingCount(in: "a") == 0)
    query?.answerAll()
    #expect(try await first == "a 1")
  }

  @Test func `who is cancelled while another's query is under way waits no longer`() async throws {
    var sent = queries.makeAsyncIterator()
    let (second, third, query) = try await queryOfTwo(&sent)
    third.cancel()
    await #expect(throws: CancellationError.self) { try await third.value }
    query.answerAll()
    #expect(try await second.value == "a 2")
  }

  @Test func `a query whose sender is cancelled is sent again for the others`() async throws {
    var sent = queries.makeAsyncIterator()
    let (second, third, query) = try await queryOfTwo(&sent)
    second.cancel()
    query.answer.resume(throwing: CancellationError())
    await #expect(throws: CancellationError.self) { try await second.value }
    let again = try #require(await sent.next())
    #expect(again.keys == [3])
    again.answerAll()
    #expect(try await third.value == "a 3")
  }

  private typealias Asking = Task<String?, any Error>

  /// A query under way for two: the first of them sent it.
  private func queryOfTwo(
    _ sent: inout AsyncStream<Query>.Iterator
  ) async throws -> (sender: Asking, waiting: Asking, query: Query) {
    async let first = loader.value(of: 1, in: "a")
    let before = await sent.next()
    let second = Task { try await loader.value(of: 2, in: "a") }
    try await wait(for: 1, "a")
    let third = Task { try await loader.value(of: 3, in: "a") }
    try await wait(for: 2, "a")
    before?.answerAll()
    _ = try await first
    let query = try #require(await sent.next())
    #expect(query.keys == [2, 3])
    return (second, third, query)
  }

  private func ask(_ keys: [Int], _ group: String) async throws -> [String?] {
    try await withThrowingTaskGroup(of: (Int, String?).self) { tasks in
      for (index, key) in keys.enumerated() { tasks.addTask { (index, try await loader.value(of: key, in: group)) } }
      return try await tasks.reduce(into: Array(repeating: nil, count: keys.count)) { $0[$1.0] = $1.1 }
    }
  }

  private func wait(for count: Int, _ group: String) async throws {
    while loader.waitingCount(in: group) < count {
      try Task.checkCancellation()
      await Task.yield()
    }
  }
}
