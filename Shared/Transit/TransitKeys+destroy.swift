public import FoundationEssentials
internal import Repository

extension TransitKeys {
  /// Destroys an older version of a key: what was encrypted under it is gone for good.
  /// - Throws: as ``Repository/TransitKeyStore/destroy(_:of:of:actorID:at:)``.
  public func destroy(
    _ version: Int32, of name: String, of tenantID: UUID, actorID: String, at time: Date
  ) async throws {
    try await store.destroy(version, of: name, of: tenantID, actorID: actorID, at: time)
  }
}
