import Clocks
import CloudKMS
import Commands
import FoundationEssentials
import Repository
import Testing

@testable import MasterKeys

/// What becomes of keys whose tenant is sealed, is denied, or may be so without this process having heard.
@Suite struct SealTests {
  let tenantID = UUID()
  let other = UUID()
  let clock = ManualClock()
  let unwrapping = Unwrapping()
  let versions: ScriptedVersions
  let keys: MasterKeys

  init() {
    versions = ScriptedVersions([
      .sample(0, of: tenantID, status: .retired), .sample(1, of: tenantID), .sample(0, of: other, method: .global),
    ])
    keys = MasterKeys(versions: versions, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
  }

  @Test func `nobody unwraps for a sealed tenant, in whatever version`() async throws {
    let seal = TenantSeal(since: .distantPast, reason: "key_disabled: Enable it.")
    let versions = ScriptedVersions([
      .sample(0, of: tenantID, method: .global, status: .retired, seal: seal), .sample(1, of: tenantID, seal: seal),
    ])
    let keys = MasterKeys(versions: versions, clock: clock, unwrap: unwrapping.unwrap)
    keys.linkChanged(isUp: true)
    for version in [nil, 0, 1] as [Int32?] {
      let error = await #expect(throws: MasterKeyError.self) {
        if let version { try await keys.key(version, of: tenantID) } else { try await keys.activeKey(of: tenantID) }
      }
      #expect(error?.code == .tenantSealed(seal))
    }
    #expect(unwrapping.count == 0)
  }

  @Test func `a look unwraps for a sealed tenant too, and keeps nothing`() async throws {
    let sealed = KeyVersion.sample(1, of: tenantID, seal: TenantSeal(since: .distantPast, reason: ""))
    #expect(try await keys.look(at: sealed) == .answered)
    #expect(unwrapping.count == 1)
    #expect(unwrapping.living == 0)
    unwrapping.fail(2, with: MasterKeyError(.sealed(.denial)))
    #expect(try await keys.look(at: sealed) == .denied("access_denied: Allow it."))
    unwrapping.fail(3, with: MasterKeyError(.revoked(1)))
    await #expect(throws: MasterKeyError.self) { try await keys.look(at: sealed) }
  }

  @Test func `a denial of the active version is handed to whoever seals`() async throws {
    unwrapping.fail(1, with: MasterKeyError(.sealed(.denial)))
    await #expect(throws: MasterKeyError.self) { try await keys.activeKey(of: tenantID) }
    var denials = keys.denials.makeAsyncIterator()
    let denial = await denials.next()
    #expect(denial?.version.tenantID == tenantID)
    #expect(denial?.version.version == 1)
    #expect(denial?.failure == .denial)
  }

  @Test func `what may pass, another version's denial, and the platform's own key seal nobody`() {
    let denied = MasterKeyError(.sealed(.denial))
    #expect(KeyDenial(.sample(1, of: tenantID), denied) != nil)
    #expect(KeyDenial(.sample(1, of: tenantID), MasterKeyError(.sealed(.sample))) == nil)
    #expect(KeyDenial(.sample(1, of: tenantID), MasterKeyError(.revoked(1))) == nil)
    #expect(KeyDenial(.sample(0, of: tenantID, status: .retired), denied) == nil)
    #expect(KeyDenial(.sample(0, of: other, method: .global), denied) == nil)
  }

  @Test func `a cloud that falls silent is served from memory until the key's time is over`() async throws {
    _ = try await keys.activeKey(of: tenantID)
    unwrapping.fail(2, with: MasterKeyError(.sealed(.sample)))
    clock.advance(by: .seconds(300) - .nanoseconds(1))
    _ = try await keys.activeKey(of: tenantID)
    clock.advance(by: .nanoseconds(1))
    let error = await #expect(throws: MasterKeyError.self) { try await keys.activeKey(of: tenantID) }
    #expect(error?.code == .sealed(.sample))
  }

  @Test(arguments: [TenantEvent.Kind.tenantSealed, .keyRotated, .keyRevoked])
  func `an event that outdates a tenant's keys wipes them and nobody else's`(kind: TenantEvent.Kind) async throws {
    _ = try await keys.activeKey(of: tenantID)
    _ = try await keys.key(0, of: tenantID)
    _ = try await keys.activeKey(of: other)
    keys.hear(.init(kind, of: tenantID))
    #expect(unwrapping.living == 1)
    _ = try await keys.activeKey(of: other)
    #expect(unwrapping.count == 3)
  }

  @Test(arguments: [TenantEvent.Kind.tenantUnsealed, .rewrapProgress])
  func `an event that outdates no key wipes none`(kind: TenantEvent.Kind) async throws {
    _ = try await keys.activeKey(of: tenantID)
    keys.hear(.init(kind, of: tenantID))
    #expect(unwrapping.living == 1)
  }

  @Test func `what was held while the link was down is wiped when it is up again`() async throws {
    _ = try await keys.activeKey(of: tenantID)
    keys.linkChanged(isUp: false)
    _ = try await keys.activeKey(of: other)
    #expect(unwrapping.living == 2)
    keys.linkChanged(isUp: true)
    #expect(unwrapping.living == 0)
  }

  @Test func `while the link is down a key is held only until its time has passed since the loss`() async throws {
    keys.linkChanged(isUp: false)
    clock.advance(by: .seconds(200))
    // Another attempt to connect that failed changes nothing.
    keys.linkChanged(isUp: false)
    _ = try await keys.activeKey(of: tenantID)
    clock.advance(by: .seconds(100) - .nanoseconds(1))
    _ = try await keys.activeKey(of: tenantID)
    #expect(unwrapping.count == 1)
    clock.advance(by: .nanoseconds(1))
    let error = await #expect(throws: MasterKeyError.self) { try await keys.activeKey(of: tenantID) }
    #expect(error?.code == .outOfTouch)
    _ = try await keys.activeKey(of: other)
    #expect(unwrapping.count == 2)
    keys.linkChanged(isUp: true)
    _ = try await keys.activeKey(of: tenantID)
    #expect(unwrapping.count == 3)
  }

  @Test func `a process that has never been in touch holds no key for longer than one time to live`() async throws {
    let keys = MasterKeys(versions: versions, clock: clock, unwrap: unwrapping.unwrap)
    _ = try await keys.activeKey(of: tenantID)
    clock.advance(by: .seconds(300))
    let error = await #expect(throws: MasterKeyError.self) { try await keys.activeKey(of: tenantID) }
    #expect(error?.code == .outOfTouch)
  }
}

extension KMSFailure {
  static let denial = KMSFailure(reason: .accessDenied, isPermanent: true, seal: .now, hint: "Allow it.")
}
