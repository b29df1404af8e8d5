public import FoundationEssentials
public import MasterKeys
public import Repository

/// The transit keys that this process has in hand: which versions each has, and the material of those in use.
///
/// Material is unsealed by the first request that misses it, and held no longer than the master key that it was unsealed
/// with; whatever wipes that wipes it: the end of its time, a seal, a rotation, a revocation, the loss of the broadcasts.
/// Which versions a key has is relied on for a ``lease``, and read anew then. So a request that finds both does no input or
/// output, and what no longer stands in the database is used by no process a lease later, whether or not it hears anything. The material
/// of a version that was destroyed is wiped by whichever process looks at the key again, and else ends with its time.
public final class TransitKeyring: Sendable {
  /// How long it is relied on which versions a key has: 1 second.
  public static let lease = Duration.seconds(1)
  /// How often what is held is looked up again because its time ran out meanwhile.
  private static let attempts = 3

  let source: any TransitKeySource
  let masterKeys: MasterKeys
  let clock: any Clock<Duration>
  let leases: HeldValues<LeaseSlot, VersionsLease>
  let materials: HeldValues<MaterialSlot, TransitMaterial>

  /// Creates an empty keyring, for up to some 2,000 versions.
  /// - Parameters:
  ///   - source: where the keys are read.
  ///   - masterKeys: what their material is sealed under; by its time this one's is measured.
  ///   - clock: waits; the continuous clock unless told.
  public init(
    source: any TransitKeySource, masterKeys: MasterKeys, clock: any Clock<Duration> = ContinuousClock()
  ) {
    self.source = source
    self.masterKeys = masterKeys
    self.clock = clock
    leases = HeldValues(shards: 16, capacity: 128) { masterKeys.now }
    materials = HeldValues(shards: 16, capacity: 128) { masterKeys.now }
  }

  /// Uses a version's material while its lease and its own time last. Nothing waits between that check and the use.
  /// - Parameters:
  ///   - version: which version, by what is known of the key.
  ///   - count: called before each attempt; may wait.
  ///   - body: the use.
  /// - Throws: ``TransitError`` with `unknownVersion`, `destroyedVersion` or `outdated`;
  ///   ``Repository/TransitKeyError`` with `noSuchKey`; ``MasterKeys/MasterKeyError``; what the source, `count` and `body`
  ///   throw.
  func withMaterial<Result>(
    of slot: LeaseSlot, version: (TransitKeyVersions) -> Int32,
    counting count: (TransitMaterial) async throws -> Void = { _ in }, body: (TransitMaterial) throws -> Result
  ) async throws -> Result {
    for _ in 0..<Self.attempts {
      var lease = try await lease(on: slot)
      if version(lease.versions) > lease.versions.current {
        // Another process may have rotated the key a moment ago.
        leases.evict(slot) { [lease] in $0.deadline == lease.deadline }
        lease = try await self.lease(on: slot)
      }
      let material = try await material(version(lease.versions), of: lease.versions, slot.tenantID)
      try await count(material)
      if masterKeys.now < min(lease.deadline, material.deadline) { return try body(material) }
    }
    throw TransitError.outdated
  }

  /// Forgets which versions a key has and their material, for this process has changed it.
  func forget(_ slot: LeaseSlot) {
    leases.evict(slot)
    materials.evict(slot.tenantID)
  }

  /// Wipes what was unsealed for a tenant, whose master key this process has made out of date. Call it after
  /// `MasterKeys.evict(_:)`.
  public func evict(_ tenantID: UUID) { materials.evict(tenantID) }

  /// Waits until no process relies any more on what it read before.
  func waitForLeases() async throws { try await clock.sleep(for: Self.lease) }
}
