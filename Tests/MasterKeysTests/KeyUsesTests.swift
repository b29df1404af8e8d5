import FoundationEssentials
import Locking
import Logging
import Monitoring
import Repository
import Testing

@testable import MasterKeys

@Suite struct KeyUsesTests {
  let tenantID = UUID()
  let keyID = UUID()
  let metrics = MetricRegistry()
  let registry = CountingRegistry()

  @Test func `a key ends at its limit, and to the last use`() async throws {
    let uses = makeUses(limit: 1_500)
    for _ in 0..<1_500 { try await uses.take(of: keyID, tenantID, for: .transitKey) }
    await #expect(throws: KeyUses.Exhausted(purpose: .transitKey)) {
      try await uses.take(of: keyID, tenantID, for: .transitKey)
    }
    // Another key isn't touched, nor is another purpose's message.
    try await uses.take(of: UUID(), tenantID, for: .masterKey)
    await #expect(throws: KeyUses.Exhausted(purpose: .masterKey)) {
      try await uses.take(of: keyID, tenantID, for: .masterKey)
    }
    #expect(registry.reserved[keyID] == 1_500)
  }

  @Test func `uses of all processes together stay within the limit`() async throws {
    let processes = (0..<3).map { _ in makeUses(limit: 5_000) }
    let made = await withTaskGroup { group in
      for uses in processes {
        for _ in 0..<2_000 {
          group.addTask {
            do {
              try await uses.take(of: keyID, tenantID, for: .transitKey)
              return 1
            } catch { return 0 }
          }
        }
      }
      return await group.reduce(0, +)
    }
    #expect(made <= 5_000)
    // What is lost is less than a block of each.
    #expect(made > 5_000 - 3 * 2_048)
    #expect(registry.reserved[keyID] ?? 0 <= 5_000)
  }

  @Test func `a busy key reserves ever larger blocks, an idle one loses little`() async throws {
    let uses = makeUses()
    for _ in 0..<200_000 { try await uses.take(of: keyID, tenantID, for: .transitKey) }
    #expect(registry.calls < 12)
    try await uses.take(of: UUID(), tenantID, for: .transitKey)
    #expect(registry.reserved.values.min() == 1_024)
  }

  @Test func `a key in use keeps its block, however many others of its tenant come and go`() async throws {
    let uses = makeUses()
    for _ in 0..<3_000 {
      try await uses.take(of: keyID, tenantID, for: .transitKey)
      try await uses.take(of: UUID(), tenantID, for: .transitKey)
    }
    #expect(registry.reserved[keyID] == 3_072)
  }

  @Test func `many uses are taken at once, or none`() async throws {
    let uses = makeUses(limit: 10_000)
    try await uses.take(9_000, of: keyID, tenantID, for: .masterKey)
    await #expect(throws: KeyUses.Exhausted.self) {
      try await uses.take(1_001, of: keyID, tenantID, for: .masterKey)
    }
    try await uses.take(1_000, of: keyID, tenantID, for: .masterKey)
  }

  @Test func `the last tenth is warned of before it is over`() async throws {
    let uses = makeUses(limit: 10_000)
    try await uses.take(8_999, of: keyID, tenantID, for: .masterKey)
    #expect(await metrics.text().contains(#"tenant_kms_key_use_warnings_total{purpose="master_key"} 0"#))
    try await uses.take(1, of: keyID, tenantID, for: .masterKey)
    #expect(await metrics.text().contains(#"tenant_kms_key_use_warnings_total{purpose="master_key"} 1"#))
    #expect(await metrics.text().contains(#"tenant_kms_key_use_warnings_total{purpose="transit_key"} 0"#))
  }

  @Test func `a key whose uses can't be reserved isn't used, and tried again by the next`() async throws {
    let uses = makeUses()
    registry.isBroken = true
    await #expect(throws: CountingRegistry.Broken.self) { try await uses.take(of: keyID, tenantID, for: .masterKey) }
    registry.isBroken = false
    try await uses.take(of: keyID, tenantID, for: .masterKey)
  }

  private func makeUses(limit: Int64 = KeyUses.limit) -> KeyUses {
    KeyUses(
      registry: registry, limit: limit, metrics: metrics,
      logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  }
}

/// A registry in memory, which can be broken.
final class CountingRegistry: KeyUseRegistry {
  struct Broken: Error {}

  private struct State {
    var reserved: [UUID: Int64] = [:]
    var calls = 0
    var isBroken = false
  }

  private let state = Guarded(State())

  var reserved: [UUID: Int64] { state.withLock { $0.reserved } }
  var calls: Int { state.withLock { $0.calls } }

  var isBroken: Bool {
    get { state.withLock { $0.isBroken } }
    set { state.withLock { $0.isBroken = newValue } }
  }

  func reserve(_ count: Int64, of keyID: UUID, _: UUID, limit: Int64) async throws -> Int64? {
    try state.withLock { state in
      if state.isBroken { throw Broken() }
      state.calls += 1
      let total = state.reserved[keyID, default: 0] + count
      guard total <= limit else { return nil }
      state.reserved[keyID] = total
      return total
    }
  }
}
