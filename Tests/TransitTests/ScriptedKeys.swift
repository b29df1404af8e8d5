import Cryptography
import Envelope
import FoundationEssentials
import Locking
import MasterKeys
import Repository

@testable import Transit

/// One transit key of one tenant in memory, and the master key that its versions are sealed under.
final class ScriptedKeys: TransitKeySource, KeyVersionSource {
  private struct State {
    var current: Int32 = 0
    var materials: [Int32: EncryptedValue] = [:]
    var reads: [String] = []
    var delay = Duration.zero
    var isRevoked = false
  }

  let tenantID = UUID()
  let keyID = UUID()
  let clock = SteppedClock()
  private let masterKey = SecretBytes(copying: [UInt8](repeating: 9, count: 32))
  private let state = Guarded(State())

  var slot: LeaseSlot { LeaseSlot(tenantID: tenantID, name: "k") }

  /// What was read so far, in order; forgotten once asked.
  var reads: [String] {
    state.withLock { state in
      defer { state.reads = [] }
      return state.reads
    }
  }

  func makeMasterKeys() -> MasterKeys {
    let keys = MasterKeys(versions: self, clock: clock) { [masterKey] version in
      if version.status == .revoked { throw Lost() }
      return SecretBytes(copying: masterKey.withUnsafeBytes { [UInt8]($0) })
    }
    keys.linkChanged(isUp: true)
    return keys
  }

  struct Lost: Error {}

  /// Adds a version, which becomes the current one.
  func rotate() throws {
    let version = state.withLock { $0.current + 1 }
    let address = ValueAddress(tenantID: tenantID, table: .transitKeys, rowID: UUID(), valueVersion: UInt32(version))
    let cipher = try EnvelopeCipher(key: masterKey, kind: .dataKey, keyVersion: 0)
    let sealed = try SealedValue.seal(.random(count: 32), at: address, under: cipher)
    let material = EncryptedValue(
      id: address.rowID, valueVersion: version, keyVersion: 0, wrappedKey: sealed.wrappedKey, payload: sealed.payload)
    state.withLock { state in
      state.current = version
      state.materials[version] = material
    }
  }

  func destroy(_ version: Int32) { _ = remove(version) }

  func remove(_ version: Int32) -> EncryptedValue? { state.withLock { $0.materials.removeValue(forKey: version) } }

  func put(_ row: EncryptedValue?, back version: Int32) { state.withLock { $0.materials[version] = row } }

  func revokeMasterKey() { state.withLock { $0.isRevoked = true } }

  /// Makes each read of the versions take so long.
  func slow(by delay: Duration) { state.withLock { $0.delay = delay } }

  func versions(of name: String, of tenantID: UUID) async throws -> TransitKeyVersions {
    let (found, delay) = state.withLock { state in
      state.reads.append("versions")
      return ((state.current, Set(state.materials.keys)), state.delay)
    }
    guard tenantID == self.tenantID, name == "k" else { throw TransitKeyError.noSuchKey }
    clock.advance(by: delay)
    return TransitKeyVersions(keyID: keyID, current: found.0, all: found.1)
  }

  func material(of version: Int32, of keyID: UUID, of tenantID: UUID) async throws -> EncryptedValue? {
    state.withLock { state in
      state.reads.append("material \(version)")
      return state.materials[version]
    }
  }

  func activeVersion(of tenantID: UUID) async throws -> KeyVersion { masterVersion }

  func version(_ version: Int32, of tenantID: UUID) async throws -> KeyVersion? { masterVersion }

  private var masterVersion: KeyVersion {
    let isRevoked = state.withLock { $0.isRevoked }
    return KeyVersion(
      id: keyID, tenantID: tenantID, version: 0, status: isRevoked ? .revoked : .active,
      wrapping: Wrapping(method: .customerKMS, wrappedKey: [], provider: nil), createdAt: .distantPast, retiredAt: nil,
      seal: nil)
  }
}
