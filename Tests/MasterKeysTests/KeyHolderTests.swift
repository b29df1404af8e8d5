import Clocks
import Commands
import FoundationEssentials
import Locking
import Logging
import Repository
import Testing

@testable import MasterKeys

/// Whoever holds a key is written down before, and says when it has dropped it.
@Suite struct KeyHolderTests {
  let tenantID = UUID()
  let clock = ManualClock()
  let registry = ScriptedRegistry()
  let unwrapping = Unwrapping()
  let holder: KeyHolder
  let keys: MasterKeys

  init() {
    holder = KeyHolder(
      service: "api", versions: ScriptedVersions([.sample(1, of: tenantID)]), registry: registry,
      logger: Logger(label: "test"), clock: clock)
    keys = MasterKeys(versions: holder, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
  }

  @Test func `a process is written down before it unwraps its first key, and not again for half a minute`()
    async throws
  {
    #expect(registry.calls == [])
    _ = try await keys.activeKey(of: tenantID)
    _ = try await keys.key(1, of: tenantID)
    #expect(registry.calls == ["enter api"])
    clock.advance(by: KeyHolder.freshness)
    _ = try await keys.activeKey(of: tenantID)
    #expect(registry.calls == ["enter api"], "a hit asks nobody")
    keys.evict(tenantID)
    _ = try await keys.activeKey(of: tenantID)
    #expect(registry.calls == ["enter api", "enter api"])
  }

  @Test func `a process that can't be written down unwraps nothing, and tries again the next time`() async throws {
    registry.isBroken = true
    for _ in 0..<2 {
      await #expect(throws: ScriptedRegistry.Broken.self) { try await keys.activeKey(of: tenantID) }
      await #expect(throws: ScriptedRegistry.Broken.self) { try await keys.key(1, of: tenantID) }
    }
    #expect(unwrapping.count == 0)
    registry.isBroken = false
    _ = try await keys.activeKey(of: tenantID)
    #expect(registry.calls == ["enter api"])
  }

  @Test func `it acknowledges what outdates keys, and leaves when it stops holding any`() async throws {
    for kind in TenantEvent.Kind.allCases { holder.acknowledge(TenantEvent(kind, of: tenantID)) }
    let service = Task { try await holder.run() }
    await registry.waitFor(3)
    #expect(registry.calls == ["tenant.sealed", "key.rotated", "key.revoked"])
    service.cancel()
    try await service.value
    #expect(registry.calls.last == "leave")
  }

  @Test func `what can't be acknowledged is left to time, and the next is`() async throws {
    registry.isBroken = true
    holder.acknowledge(TenantEvent(.keyRotated, of: tenantID))
    let service = Task { try await holder.run() }
    await registry.waitForFailure()
    registry.isBroken = false
    holder.acknowledge(TenantEvent(.keyRevoked, of: tenantID))
    await registry.waitFor(1)
    #expect(registry.calls == ["key.revoked"])
    service.cancel()
    try await service.value
  }

  /// Who counts the holders of a key must count all who may hold it.
  @Test func `a holder is counted for longer than it can hold`() {
    let timeToLive = MasterKeys.TimeToLive()
    for method in [KeyVersion.WrapMethod.customerKMS, .operatorKMS, .global] {
      let version = KeyVersion.sample(of: tenantID, method: method)
      #expect(timeToLive.longestHold(of: version) > timeToLive.bound(of: version))
      #expect(timeToLive.holderWindow(of: version) > timeToLive.longestHold(of: version) + KeyHolder.freshness)
    }
  }
}
