public import FoundationEssentials
internal import Repository

extension TransitKeys {
  /// How recently a key may have been rotated for a process to take an older version for the current one, with a wide
  /// margin for the time that commits take.
  private static let settling = Duration.seconds(60)

  /// Destroys an older version of a key: what was encrypted under it is gone for good. When this returns, no process
  /// decrypts under it any more.
  ///
  /// So it takes a ``TransitKeyring/lease``; and another before, where the key was rotated within the last minute, so that
  /// nobody who hasn't heard of that encrypts under what is about to be destroyed. Cancelled while it waits after the
  /// fact, the version is destroyed, and this throws.
  /// - Throws: as `TransitKeyStore.destroy(_:of:of:at:)`; `CancellationError`.
  public func destroy(_ version: Int32, of name: String, of tenantID: UUID, at time: Date) async throws {
    let age = try await store.timeSinceRotation(of: name, of: tenantID, destroying: version)
    if age < Self.settling { try await keyring.waitForLeases() }
    try await store.destroy(version, of: name, of: tenantID, at: time)
    keyring.forget(LeaseSlot(tenantID: tenantID, name: name))
    try await keyring.waitForLeases()
  }
}
