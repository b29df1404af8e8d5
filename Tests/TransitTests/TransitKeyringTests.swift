import Commands
import Cryptography
import FoundationEssentials
import MasterKeys
import Repository
import Testing

@testable import Transit

/// What a process holds of transit keys, and for how long.
@Suite struct TransitKeyringTests {
  let keys = ScriptedKeys()
  let masterKeys: MasterKeys
  let keyring: TransitKeyring

  init() throws {
    masterKeys = keys.makeMasterKeys()
    keyring = TransitKeyring(source: keys, masterKeys: masterKeys, clock: keys.clock)
    try keys.rotate()
  }

  @Test func `a key in use is read once, and its versions once a second`() async throws {
    let key = try await current()
    #expect(key.version == 1)
    #expect(keys.reads == ["versions", "material 1"])
    for _ in 0..<100 { #expect(try await current().key == key.key) }
    #expect(keys.reads == [])
    keys.clock.advance(by: .seconds(1))
    #expect(try await current().key == key.key)
    #expect(keys.reads == ["versions"])
  }

  @Test func `a rotation elsewhere is followed within a second`() async throws {
    _ = try await current()
    try keys.rotate()
    keys.clock.advance(by: .milliseconds(999))
    #expect(try await current().version == 1)
    keys.clock.advance(by: .milliseconds(1))
    #expect(try await current().version == 2)
  }

  /// Else a client that encrypts at one process could not decrypt at another.
  @Test func `a version that another process has just made decrypts at once`() async throws {
    _ = try await current()
    try keys.rotate()
    #expect(try await material(2).version == 2)
    await #expect(throws: TransitError.unknownVersion(3)) { try await material(3) }
  }

  @Test func `one's own rotation is followed at once`() async throws {
    _ = try await current()
    try keys.rotate()
    keyring.forget(keys.slot)
    #expect(try await current().version == 2)
  }

  @Test func `a version that is destroyed elsewhere is of no use a second later, though it is held`() async throws {
    try keys.rotate()
    _ = try await material(1)
    keys.destroy(1)
    try await keyring.waitForLeases()
    await #expect(throws: TransitError.destroyedVersion(1)) { try await material(1) }
    #expect(try await current().version == 2)
  }

  @Test func `the material of a destroyed version is held no longer than until the key is looked at`() async throws {
    try keys.rotate()
    let former = try await material(1)
    let row = keys.remove(1)
    keys.clock.advance(by: .seconds(1))
    _ = try await current()
    // What can't happen tells whether it was still there.
    keys.put(row, back: 1)
    keys.clock.advance(by: .seconds(1))
    _ = keys.reads
    #expect(try await material(1).key == former.key)
    #expect(keys.reads == ["versions", "material 1"])
  }

  @Test func `a master key that this process made out of date takes what was unsealed with it along`() async throws {
    _ = try await current()
    masterKeys.evict(keys.tenantID)
    keyring.evict(keys.tenantID)
    keys.revokeMasterKey()
    await #expect(throws: ScriptedKeys.Lost.self) { try await current() }
  }

  @Test(arguments: [TenantEvent.Kind.tenantSealed, .keyRotated, .keyRevoked])
  func `what outdates a master key wipes what was unsealed with it`(kind: TenantEvent.Kind) async throws {
    _ = try await current()
    let event = TenantEvent(kind, of: keys.tenantID)
    masterKeys.hear(event)
    keyring.hear(event)
    keys.revokeMasterKey()
    await #expect(throws: ScriptedKeys.Lost.self) { try await current() }
  }

  @Test(arguments: [TenantEvent.Kind.tenantUnsealed, .rewrapProgress])
  func `other news wipes nothing, nor does another tenant's`(kind: TenantEvent.Kind) async throws {
    _ = try await current()
    _ = keys.reads
    keyring.hear(TenantEvent(kind, of: keys.tenantID))
    keyring.hear(TenantEvent(.keyRevoked, of: UUID()))
    _ = try await current()
    #expect(keys.reads == [])
  }

  @Test func `when broadcasts arrive again everything is wiped`() async throws {
    _ = try await current()
    _ = keys.reads
    keyring.linkChanged(isUp: false)
    _ = try await current()
    #expect(keys.reads == [])
    keyring.linkChanged(isUp: true)
    _ = try await current()
    #expect(keys.reads == ["material 1"])
  }

  @Test func `material lives no longer than the master key that it was unsealed with`() async throws {
    _ = try await masterKeys.activeKey(of: keys.tenantID)
    _ = try await masterKeys.key(0, of: keys.tenantID)
    keys.clock.advance(by: .seconds(200))
    weak let held = try await current().key
    #expect(held != nil)
    keys.clock.advance(by: .seconds(99))
    keyring.evictExpired()
    #expect(held != nil)
    keys.clock.advance(by: .seconds(1))
    keyring.evictExpired()
    #expect(held == nil)
  }

  @Test func `a database that takes longer than a lease is no ground to encrypt on`() async throws {
    keys.slow(by: .seconds(1))
    await #expect(throws: TransitError.outdated) { try await current() }
    keys.slow(by: .milliseconds(500))
    #expect(try await current().version == 1)
  }

  @Test func `a key that doesn't exist is looked for each time`() async throws {
    for _ in 0..<2 {
      await #expect(throws: TransitKeyError.noSuchKey) {
        try await keyring.withMaterial(of: LeaseSlot(tenantID: UUID(), name: "k")) {
          $0.current
        } body: {
          $0.version
        }
      }
    }
    #expect(keys.reads == ["versions", "versions"])
  }

  @Test func `the service wipes everything at its end`() async throws {
    weak let held = try await current().key
    #expect(held != nil)
    let service = Task { try await keyring.run() }
    service.cancel()
    try await service.value
    #expect(held == nil)
  }

  private func current() async throws -> TransitMaterial {
    try await keyring.withMaterial(of: keys.slot) {
      $0.current
    } body: {
      $0
    }
  }

  private func material(_ version: Int32) async throws -> TransitMaterial {
    try await keyring.withMaterial(of: keys.slot) { _ in
      version
    } body: {
      $0
    }
  }
}
