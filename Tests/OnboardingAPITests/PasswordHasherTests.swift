import Cryptography
import HTTPTypes
import Testing

@testable import Repository
@testable import onboarding_api

@Suite struct PasswordHasherTests {
  @Test func `only so many wait for their turn, and the rest are told to come again`() async throws {
    let cost = try #require(Scrypt.Cost(logarithm: 14, blockSize: 8, parallelism: 1))
    let password = SecretBytes(copying: "correct horse".utf8)
    let hash = try PasswordHash(of: password, cost: cost)
    let hasher = PasswordHasher()
    let outcomes = await withTaskGroup { group in
      for _ in 0..<PasswordHasher.maximumWaiting * 4 {
        group.addTask {
          do { return Result<Bool, any Error>.success(try await hasher.matches(password, hash)) } catch {
            return .failure(error)
          }
        }
      }
      return await group.reduce(into: [Result<Bool, any Error>]()) { $0.append($1) }
    }
    let refused = outcomes.compactMap { outcome in
      if case .failure(let error) = outcome { error as? APIError } else { nil }
    }
    #expect(outcomes.count - refused.count >= PasswordHasher.maximumWaiting)
    #expect(!refused.isEmpty)
    for error in refused {
      #expect(error.status == .tooManyRequests)
      #expect(error.retryAfter == 5)
    }
    #expect(try await hasher.matches(password, hash), "those who wait no longer make room")
    #expect(try await !hasher.matches(SecretBytes(copying: "wrong".utf8), hash))
  }
}
