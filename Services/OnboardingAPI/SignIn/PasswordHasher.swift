import BlockingQueue
import Cryptography
import Locking
import Repository

/// Hashes passwords one at a time, beside everything else: each takes a core for a good part of a second, and 64 MiB.
actor PasswordHasher {
  /// How many may wait for their turn: some ten seconds of work.
  static let maximumWaiting = 16

  private let queue = BlockingQueue(label: "passwords")
  private nonisolated let waiting = Guarded(0)

  nonisolated var unownedExecutor: UnownedSerialExecutor { queue.asUnownedSerialExecutor() }

  /// Whether a password is the one hashed.
  /// - Throws: 429 where too many wait already; ``CryptographyError`` with `outOfMemory`.
  nonisolated func matches(_ password: SecretBytes, _ hash: PasswordHash) async throws -> Bool {
    try await inTurn { try await self.compare(password, hash) }
  }

  /// A new hash of a password, at the cost of today.
  /// - Throws: likewise.
  nonisolated func hash(_ password: SecretBytes) async throws -> PasswordHash {
    try await inTurn { try await self.make(password) }
  }

  private nonisolated func inTurn<Result: Sendable>(_ work: () async throws -> Result) async throws -> Result {
    let isAccepted = waiting.withLock { count in
      guard count < Self.maximumWaiting else { return false }
      count += 1
      return true
    }
    guard isAccepted else { throw APIError.rateLimited("too many people sign in at once; try again", retryAfter: 5) }
    defer { waiting.withLock { $0 -= 1 } }
    return try await work()
  }

  private func compare(_ password: SecretBytes, _ hash: PasswordHash) throws -> Bool { try hash.matches(password) }

  private func make(_ password: SecretBytes) throws -> PasswordHash { try PasswordHash(of: password) }
}
