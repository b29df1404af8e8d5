internal import Envelope
internal import FoundationEssentials
internal import MasterKeys
internal import Repository

/// Which versions a key has, and until when that may be relied on.
struct VersionsLease: Sendable {
  let versions: TransitKeyVersions
  let deadline: Duration
}

/// A key by what clients call it.
struct LeaseSlot: HeldSlot {
  let tenantID: UUID
  let name: String
}

/// A version of a key.
struct MaterialSlot: HeldSlot {
  let tenantID: UUID
  let keyID: UUID
  let version: Int32
}

extension TransitKeyring {
  func lease(on slot: LeaseSlot) async throws -> VersionsLease {
    try await leases.value(slot) {
      // What is read was true at some time after this.
      let deadline = masterKeys.now + Self.lease
      let versions = try await source.versions(of: slot.name, of: slot.tenantID)
      // Of a version that was destroyed, whoever looks at the key keeps nothing.
      materials.evict(slot.tenantID) { $0.keyID == versions.keyID && !versions.all.contains($0.version) }
      return (VersionsLease(versions: versions, deadline: deadline), deadline: deadline)
    }
  }

  func material(
    _ version: Int32, of versions: TransitKeyVersions, _ tenantID: UUID
  ) async throws -> TransitMaterial {
    guard version <= versions.current else { throw TransitError.unknownVersion(version) }
    guard versions.all.contains(version) else { throw TransitError.destroyedVersion(version) }
    let slot = MaterialSlot(tenantID: tenantID, keyID: versions.keyID, version: version)
    return try await materials.value(slot) {
      let opened = try await masterKeys.open(in: .transitKeys, of: tenantID) {
        try await source.material(of: version, of: versions.keyID, of: tenantID)
      }
      guard let opened else { throw TransitError.destroyedVersion(version) }
      let material = TransitMaterial(
        id: opened.stored.id, tenantID: tenantID, keyID: versions.keyID, version: version, key: opened.value,
        deadline: opened.deadline)
      return (material, deadline: opened.deadline)
    }
  }
}
