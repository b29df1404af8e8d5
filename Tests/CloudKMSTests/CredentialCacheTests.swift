import Foundation
import Locking
import Testing

@testable import CloudKMS

@Suite struct CredentialCacheTests {
  private func token(_ text: String) throws -> AccessToken {
    try #require(AccessToken(text, expiresAt: Sample.now + 3600))
  }

  /// Fetches that wait until they are told what comes of them.
  private final class Gate: Sendable {
    typealias Outcome = Result<AccessToken, KMSFailure>
    private let fetches = AsyncStream.makeStream(of: CheckedContinuation<Outcome, Never>.self)

    func fetch() async throws(KMSFailure) -> AccessToken {
      try await withCheckedContinuation { fetches.continuation.yield($0) }.get()
    }

    func next() async -> CheckedContinuation<Outcome, Never>? {
      var iterator = fetches.stream.makeAsyncIterator()
      return await iterator.next()
    }
  }

  @Test func `who comes while a token is fetched waits for it`() async throws {
    let cache = CredentialCache<AccessToken>(margin: 225)
    let gate = Gate()
    try await withThrowingTaskGroup { group in
      for _ in 0..<20 {
        group.addTask { try await cache.credential(refreshing: false, at: Sample.now, fetch: gate.fetch).text }
      }
      let fetch = try #require(await gate.next())
      fetch.resume(returning: .success(try token("one")))
      for try await text in group { #expect(text == "one") }
    }
    // A second fetch would wait at the gate for ever.
    #expect(try await cache.credential(refreshing: false, at: Sample.now, fetch: gate.fetch).text == "one")
  }

  @Test func `a failure is everybody's who waits, and nobody's after`() async throws {
    let cache = CredentialCache<AccessToken>(margin: 225)
    let found = await failure { () throws(KMSFailure) in
      _ = try await cache.credential(refreshing: false, at: Sample.now) { () throws(KMSFailure) in
        throw .unsupportedProvider
      }
    }
    #expect(found == .unsupportedProvider)
    let one = try token("one")
    #expect(
      try await cache.credential(refreshing: false, at: Sample.now) { () throws(KMSFailure) in one }.text == "one")
  }

  @Test func `a token that was refused is fetched anew`() async throws {
    let cache = CredentialCache<AccessToken>(margin: 225)
    let (one, two) = (try token("one"), try token("two"))
    _ = try await cache.credential(refreshing: false, at: Sample.now) { () throws(KMSFailure) in one }
    #expect(try await cache.credential(refreshing: true, at: Sample.now) { () throws(KMSFailure) in two }.text == "two")
    #expect(
      try await cache.credential(refreshing: false, at: Sample.now) { () throws(KMSFailure) in one }.text == "two")
  }

  @Test func `a token that is about to expire serves while no new one is to be had`() async throws {
    let cache = CredentialCache<AccessToken>(margin: 225)
    let one = try token("one")
    _ = try await cache.credential(refreshing: false, at: Sample.now) { () throws(KMSFailure) in one }
    func fetched(after seconds: Double, refreshing: Bool = false) async -> Result<String, KMSFailure> {
      do throws(KMSFailure) {
        return .success(
          try await cache.credential(refreshing: refreshing, at: Sample.now + seconds) { () throws(KMSFailure) in
            throw .unsupportedProvider
          }.text)
      } catch { return .failure(error) }
    }
    #expect(await fetched(after: 3500) == .success("one"))
    #expect(await fetched(after: 3500, refreshing: true) == .failure(.unsupportedProvider))
    #expect(await fetched(after: 3600) == .failure(.unsupportedProvider))
  }

  @Test func `a token shows itself to nobody`() throws {
    var dumped = ""
    dump(try token("s3cret"), to: &dumped)
    let described = "\(try token("s3cret"))"
    #expect(!dumped.contains("s3cret") && !described.contains("s3cret"))
  }
}
