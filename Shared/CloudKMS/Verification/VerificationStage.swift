/// The stages of a verification, in order, by the names that the API shows. Not every cloud has every one.
public enum VerificationStage: String, Sendable, Hashable, CaseIterable {
  /// The shape of the body and of the names in it.
  case validate
  /// The platform's own identity resolves.
  case credentials
  /// The tenant's role, or whatever the cloud has in its place, lets us in.
  case assumeRole = "assume_role"
  /// The role lets nobody in without the tenant's external ID: AWS alone has one.
  case confusedDeputy = "confused_deputy"
  /// The key encrypts 32 random bytes.
  case encrypt
  /// The key decrypts them to the same bytes.
  case decrypt
  /// What the key tells about itself, as far as we may look: no finding of this stage's forbids the key.
  case keyState = "key_state"
}
