public import FoundationEssentials

/// Where key versions are read from: the seam at which ``KeyStore`` can be replaced in a test of what caches them.
public protocol KeyVersionSource: Sendable {
  /// The version that new wraps use.
  /// - Throws: ``RepositoryError`` with `noSuchTenant`; what the store throws.
  func activeVersion(of tenantID: UUID) async throws -> KeyVersion

  /// A version by its number, or nil.
  func version(_ version: Int32, of tenantID: UUID) async throws -> KeyVersion?
}
