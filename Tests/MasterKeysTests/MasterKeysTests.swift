import Clocks
import CloudKMS
import Cryptography
import FoundationEssentials
import Repository
import Testing

@testable import MasterKeys

@Suite struct MasterKeysTests {
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
      .sample(0, of: other, method: .global),
    ])
    keys = MasterKeys(versions: versions, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
  }

  @Test func `a key is unwrapped once and then served from memory`() async throws {
    let first = try await keys.activeKey(of: tenantID)
    let second = try await keys.activeKey(of: tenantID)
    #expect(first.version == 1)
    #expect(first.key === second.key)
    #expect(unwrapping.count == 1)
  }

  @Test func `a thousand requests at once unwrap once`() async throws {
    let waiting = await startWaiting(1_000)
    unwrapping.open()
    for task in waiting { #expect(try await task.value == 1) }
    #expect(unwrapping.count == 1)
  }

  @Test func `tenants and versions are kept apart`() async throws {
    #expect(try await keys.key(0, of: tenantID).key == SecretBytes(copying: [UInt8](repeating: 0, count: 32)))
    #expect(try await keys.key(1, of: tenantID).key == SecretBytes(copying: [UInt8](repeating: 1, count: 32)))
    #expect(try await keys.activeKey(of: other).version == 0)
    #expect(unwrapping.count == 3)
  }

  @Test func `a version that isn't there is an error, not another version`() async {
    let error = await #expect(throws: MasterKeyError.self) { try await keys.key(7, of: tenantID) }
    #expect(error?.code == .noSuchVersion(7))
    await #expect(throws: ScriptedVersions.NoSuchTenant.self) { try await keys.activeKey(of: UUID()) }
    #expect(unwrapping.count == 0)
  }

  @Test func `a failure is shared by those who waited and forgotten for those who come later`() async throws {
    unwrapping.fail(1, with: MasterKeyError(.revoked(1)))
    let waiting = await startWaiting(10)
    unwrapping.open()
    for task in waiting {
      let error = await #expect(throws: MasterKeyError.self) { try await task.value }
      #expect(error?.code == .revoked(1))
    }
    #expect(unwrapping.count == 1)
    #expect(try await keys.activeKey(of: tenantID).version == 1)
    #expect(unwrapping.count == 2)
  }

  /// What a cancelled call reports says nothing about the key, whatever type of error it comes as.
  @Test(arguments: [CancellationError(), MasterKeyError(.sealed(.sample))] as [any Error])
  func `a request that is cancelled while it unwraps costs the others nothing`(error: any Error) async throws {
    unwrapping.fail(1, with: error)
    let waiting = await startWaiting(10)
    waiting[0].cancel()
    unwrapping.open()
    await #expect(throws: CancellationError.self) { try await waiting[0].value }
    for follower in waiting.dropFirst() { #expect(try await follower.value == 1) }
    #expect(unwrapping.count == 2)
  }

  @Test func `a request that waits and is cancelled ends with the one it waits for`() async throws {
    unwrapping.fail(1, with: CancellationError())
    let waiting = await startWaiting(2)
    for task in waiting { task.cancel() }
    unwrapping.open()
    for task in waiting { await #expect(throws: CancellationError.self) { try await task.value } }
    #expect(unwrapping.count == 1)
  }

  /// Requests of which the first unwraps, at a closed gate, and the others wait for it.
  private func startWaiting(_ count: Int) async -> [Task<Int32, any Error>] {
    unwrapping.close()
    let leader = Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    await unwrapping.waitFor(1)
    let followers = (1..<count).map { _ in
      Task(executorPreference: executor) { try await keys.activeKey(of: tenantID).version }
    }
    // Its turn comes once the leader is at the gate, not just on its way there, and the others wait.
    await Task(executorPreference: executor) {}.value
    return [leader] + followers
  }
}

extension KMSFailure {
  static let sample = KMSFailure(reason: .unreachable, isPermanent: false, seal: .untilTTL, hint: "")
}
