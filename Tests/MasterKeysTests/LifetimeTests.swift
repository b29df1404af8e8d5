import Clocks
import Cryptography
import FoundationEssentials
import Repository
import Testing

@testable import MasterKeys

@Suite struct LifetimeTests {
  let tenantID = UUID()
  let other = UUID()
  let clock = ManualClock()
  let unwrapping = Unwrapping()
  let executor = OneAtATime()
  let versions: ScriptedVersions
  let keys: MasterKeys

  init() {
    versions = ScriptedVersions([
      .sample(0, of: tenantID, method: .global, status: .retired), .sample(1, of: tenantID),
      .sample(0, of: other, method: .operatorKMS),
    ])
    keys = MasterKeys(versions: versions, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
  }

  @Test(arguments: [(Int32(1), 300), (0, 3600)])
  func `a key lives as long as the contract lets it, by who wrapped it`(version: Int32, seconds: Int) async throws {
    _ = try await keys.key(version, of: tenantID)
    clock.advance(by: .seconds(seconds) - .nanoseconds(1))
    _ = try await keys.key(version, of: tenantID)
    #expect(unwrapping.count == 1)
    clock.advance(by: .nanoseconds(1))
    _ = try await keys.key(version, of: tenantID)
    #expect(unwrapping.count == 2)
  }

  @Test func `a platform's KMS key lives as long as the deployment's own`() async throws {
    _ = try await keys.activeKey(of: other)
    clock.advance(by: .seconds(3599))
    _ = try await keys.activeKey(of: other)
    #expect(unwrapping.count == 1)
  }

  @Test func `shorter lives may be asked for`() async throws {
    var timeToLive = MasterKeys.TimeToLive()
    timeToLive.customer = .seconds(10)
    let keys = MasterKeys(versions: versions, timeToLive: timeToLive, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
    _ = try await keys.activeKey(of: tenantID)
    clock.advance(by: .seconds(10))
    _ = try await keys.activeKey(of: tenantID)
    #expect(unwrapping.count == 2)
  }

  /// The grant was last seen when the unwrap was asked for, not when its answer came.
  @Test func `a slow unwrap shortens the life of its key`() async throws {
    unwrapping.close()
    let slow = Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    await unwrapping.waitFor(1)
    clock.advance(by: .seconds(299))
    unwrapping.open()
    #expect(try await slow.value == 1)
    clock.advance(by: .seconds(1))
    _ = try await keys.activeKey(of: tenantID)
    #expect(unwrapping.count == 2)
  }

  @Test func `expired keys are wiped though nobody asks for them`() async throws {
    _ = try await keys.key(0, of: tenantID)
    _ = try await keys.key(1, of: tenantID)
    #expect(unwrapping.living == 2)
    clock.advance(by: .seconds(300))
    keys.evictExpired()
    #expect(unwrapping.living == 1)
    clock.advance(by: .seconds(3300))
    keys.evictExpired()
    #expect(unwrapping.living == 0)
  }

  @Test func `the service wipes as time goes by, and everything at its end`() async throws {
    _ = try await keys.key(0, of: tenantID)
    _ = try await keys.key(1, of: tenantID)
    let service = Task { try await keys.run() }
    await clock.waitForSleeper()
    clock.advance(by: .seconds(300))
    await clock.waitForSleeper()
    #expect(unwrapping.living == 1)
    service.cancel()
    try await service.value
    #expect(unwrapping.living == 0)
  }

  @Test func `an eviction wipes all of a tenant's keys and nobody else's`() async throws {
    _ = try await keys.activeKey(of: tenantID)
    _ = try await keys.key(0, of: tenantID)
    _ = try await keys.activeKey(of: other)
    keys.evict(tenantID)
    #expect(unwrapping.living == 1)
    _ = try await keys.activeKey(of: other)
    #expect(unwrapping.count == 3)
    keys.evictAll()
    #expect(unwrapping.living == 0)
  }

  @Test func `whoever holds a key keeps it through an eviction`() async throws {
    let held = try await keys.activeKey(of: tenantID)
    keys.evict(tenantID)
    #expect(held.key == SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
    #expect(unwrapping.living == 1)
  }

  @Test func `a key whose tenant is evicted while it is unwrapped is not kept`() async throws {
    unwrapping.close()
    let waiting = Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    await unwrapping.waitFor(1)
    keys.evict(tenantID)
    unwrapping.open()
    #expect(try await waiting.value == 1)
    #expect(unwrapping.living == 0)
    _ = try await keys.activeKey(of: tenantID)
    #expect(unwrapping.count == 2)
  }

  /// Else a write that found its version retired, and evicted it, would get the retired one again.
  @Test func `a request after an eviction gets nothing from before it`() async throws {
    unwrapping.close()
    let before = Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    await unwrapping.waitFor(1)
    versions.activate(.sample(2, of: tenantID))
    keys.evict(tenantID)
    let after = Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    await unwrapping.waitFor(2)
    unwrapping.open()
    #expect(try await before.value == 1)
    #expect(try await after.value == 2)
    #expect(try await keys.activeKey(of: tenantID).version == 2)
    #expect(unwrapping.count == 2)
  }
}
