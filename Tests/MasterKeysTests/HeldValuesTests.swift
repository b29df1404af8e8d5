import FoundationEssentials
import Locking
import Testing

@testable import MasterKeys

/// What ``MasterKeysTests`` doesn't show of the cache behind it: its bound, and eviction by slot.
@Suite struct HeldValuesTests {
  private struct Slot: HeldSlot {
    let tenantID: UUID
    let number: Int
  }

  let tenantID = UUID()
  let clock = Guarded(Duration.zero)
  let loads = Guarded<[Int]>([])

  @Test func `of more values than fit, the one whose use is longest ago goes`() async throws {
    let values = makeValues(capacity: 3)
    for number in [1, 2, 3, 1, 4] { try await get(number, values) }
    #expect(loads.withLock { $0 } == [1, 2, 3, 4])
    for number in [1, 3, 4] { try await get(number, values) }
    #expect(loads.withLock { $0 } == [1, 2, 3, 4])
    try await get(2, values)
    #expect(loads.withLock { $0 } == [1, 2, 3, 4, 2])
  }

  @Test func `one value is forgotten, or only the one that was meant`() async throws {
    let values = makeValues()
    try await get(1, values)
    try await get(2, values)
    values.evict(Slot(tenantID: tenantID, number: 1)) { $0 != 1 }
    try await get(1, values)
    #expect(loads.withLock { $0 } == [1, 2])
    values.evict(Slot(tenantID: tenantID, number: 1)) { $0 == 1 }
    values.evict(Slot(tenantID: tenantID, number: 2))
    try await get(1, values)
    try await get(2, values)
    #expect(loads.withLock { $0 } == [1, 2, 1, 2])
  }

  @Test func `a value is loaded anew at its deadline`() async throws {
    let values = makeValues()
    try await get(1, values)
    clock.withLock { $0 = .seconds(1_000) }
    try await get(1, values)
    #expect(loads.withLock { $0 } == [1, 1])
  }

  @Test func `requests are counted by how they went, and what is held as it is now`() async throws {
    let values = makeValues()
    for number in [1, 2, 1] { try await get(number, values) }
    #expect(values.figures == HeldFigures(hits: 1, misses: 2, held: 2))
    values.evict(Slot(tenantID: tenantID, number: 1))
    #expect(values.figures == HeldFigures(hits: 1, misses: 2, held: 1))
    let slot = Slot(tenantID: tenantID, number: 3)
    let (loaded, load) = AsyncStream.makeStream(of: Int.self)
    async let leader = values.value(slot) {
      for await number in loaded { return (number, deadline: .seconds(500)) }
      throw CancellationError()
    }
    while values.figures.misses < 3 { await Task.yield() }
    async let follower = values.value(slot) { (0, deadline: .zero) }
    while values.figures.waits < 1 { await Task.yield() }
    load.yield(3)
    #expect(try await [leader, follower] == [3, 3])
    #expect(values.figures == HeldFigures(hits: 1, waits: 1, misses: 3, held: 2))
  }

  private func makeValues(capacity: Int = .max) -> HeldValues<Slot, Int> {
    HeldValues(shards: 1, capacity: capacity) { [clock] in
      clock.withLock { now in
        now += .seconds(1)
        return now
      }
    }
  }

  private func get(_ number: Int, _ values: HeldValues<Slot, Int>) async throws {
    let value = try await values.value(Slot(tenantID: tenantID, number: number)) { [loads] in
      loads.withLock { $0.append(number) }
      return (number, deadline: .seconds(500))
    }
    #expect(value == number)
  }
}
