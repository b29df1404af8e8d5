public import FoundationEssentials

/// Where uses of keys are reserved: the seam at which ``KeyUseStore`` can be replaced in a test.
public protocol KeyUseRegistry: Sendable {
  /// Reserves uses of a key, if so many are left.
  /// - Parameters:
  ///   - count: how many, 1 or more.
  ///   - keyID: which key.
  ///   - tenantID: whose.
  ///   - limit: the most uses of a key.
  /// - Returns: how many have been reserved in all, or nil where that would exceed the limit; nothing was reserved then.
  func reserve(_ count: Int64, of keyID: UUID, _ tenantID: UUID, limit: Int64) async throws -> Int64?
}
