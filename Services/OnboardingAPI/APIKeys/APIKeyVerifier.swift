import FoundationEssentials
import Locking
import Logging
import Repository
import ServiceLifecycle

/// Tells whose a presented API key is and what it may be used for, and asks the database only now and then.
///
/// What the database said of a right key is remembered for ten seconds, under the key's SHA-256. Of a wrong key nothing
/// is: nobody fills the memory with guesses, and a new key is good at once.
final class APIKeyVerifier: Service {
  /// For how long a revoked key may still be taken by a process that the broadcast doesn't reach.
  static let lifetime = Duration.seconds(10)
  /// The most keys remembered.
  static let capacity = 10_000
  /// How often the times of last use are written.
  static let usePeriod = Duration.seconds(60)

  private struct Entry {
    let key: VerifiedAPIKey
    let forgottenAt: Duration
  }

  private struct State {
    var entries: [APIKeyDigest: Entry] = [:]
    /// Moves when something is forgotten, so that what was read before isn't remembered after.
    var generation = 0
    var used: [String: Date] = [:]

    mutating func makeRoom(at moment: Duration) {
      guard entries.count >= APIKeyVerifier.capacity else { return }
      entries = entries.filter { moment < $0.value.forgottenAt }
      if entries.count >= APIKeyVerifier.capacity { entries = [:] }
    }
  }

  private let load: @Sendable (APIKey) async throws -> VerifiedAPIKey?
  private let noteUse: @Sendable ([String: Date]) async throws -> Void
  private let logger: Logger
  private let now: @Sendable () -> Date
  private let elapsed: @Sendable () -> Duration
  private let state = Guarded(State())

  /// - Parameters:
  ///   - load: what is known of a key; nil where it isn't there, isn't right or was revoked.
  ///   - noteUse: told now and then which keys were used, and when last.
  ///   - now: what keys expire by.
  ///   - elapsed: what memory ages by, since some beginning.
  init(
    load: @escaping @Sendable (APIKey) async throws -> VerifiedAPIKey?,
    noteUse: @escaping @Sendable ([String: Date]) async throws -> Void = { _ in },
    logger: Logger = Logger(label: "api-keys"), now: @escaping @Sendable () -> Date = { Date() },
    elapsed: (@Sendable () -> Duration)? = nil
  ) {
    self.load = load
    self.noteUse = noteUse
    self.logger = logger
    self.now = now
    let start = ContinuousClock.now
    self.elapsed = elapsed ?? { start.duration(to: .now) }
  }

  /// - Throws: 401 where the text is no key, or no longer one; what the loading throws.
  func verify(_ text: String) async throws -> VerifiedAPIKey {
    let digest = APIKeyDigest(of: text)
    let moment = elapsed()
    let (remembered, generation) = state.withLock { ($0.entries[digest], $0.generation) }
    if let remembered, moment < remembered.forgottenAt { return try unexpired(remembered.key) }
    guard let key = APIKey(text), let found = try await load(key) else { throw Self.refused }
    let time = now()
    state.withLock { state in
      if state.used.count < Self.capacity || state.used[found.id] != nil { state.used[found.id] = time }
      guard state.generation == generation else { return }
      state.makeRoom(at: moment)
      // From before the database was asked: what it said may be as old as that.
      state.entries[digest] = Entry(key: found, forgottenAt: moment + Self.lifetime)
    }
    return try unexpired(found)
  }

  /// Has the database asked again about a tenant's keys.
  func forgetKeys(of tenantID: UUID) {
    state.withLock { state in
      state.generation += 1
      state.entries = state.entries.filter { $0.value.key.tenantID != tenantID }
    }
  }

  /// Writes once a minute, and at the end, which keys were used.
  func run() async throws {
    await cancelWhenGracefulShutdown {
      while (try? await Task.sleep(for: Self.usePeriod)) != nil { await self.writeUse() }
    }
    await writeUse()
  }

  /// How many keys are remembered.
  var rememberedCount: Int { state.withLock { $0.entries.count } }

  func writeUse() async {
    let used = state.withLock { state in
      defer { state.used = [:] }
      return state.used
    }
    guard !used.isEmpty else { return }
    do { try await noteUse(used) } catch {
      logger.warning("when API keys were last used isn't written", metadata: ["error": "\(error)"])
    }
  }

  private func unexpired(_ key: VerifiedAPIKey) throws -> VerifiedAPIKey {
    if let expiresAt = key.expiresAt, expiresAt <= now() { throw Self.refused }
    return key
  }

  private static let refused = APIError.notAuthenticated("the API key is not valid")
}
