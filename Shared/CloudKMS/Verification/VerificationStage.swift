/// The stages of a verification, in order, by the names that the API shows.
public enum VerificationStage: String, Sendable, Hashable, CaseIterable {
  /// Shape, ARN grammar, region and partition.
  case validate
  /// The platform's own identity resolves.
  case credentials
  /// The tenant's role lets us in, with the tenant's external ID.
  case assumeRole = "assume_role"
  /// The role lets nobody in without that external ID.
  case confusedDeputy = "confused_deputy"
  /// The key encrypts 32 random bytes.
  case encrypt
  /// The key decrypts them to the same bytes.
  case decrypt
}
