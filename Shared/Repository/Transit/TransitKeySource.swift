public import FoundationEssentials

/// Where transit keys are read for use: the seam at which ``TransitKeyStore`` can be replaced in a test.
public protocol TransitKeySource: Sendable {
  /// Which versions the key of a name has.
  /// - Throws: ``TransitKeyError`` with `noSuchKey`; what the source throws.
  func versions(of name: String, of tenantID: UUID) async throws -> TransitKeyVersions

  /// The sealed material of a version, or nil.
  func material(of version: Int32, of keyID: UUID, of tenantID: UUID) async throws -> EncryptedValue?
}
