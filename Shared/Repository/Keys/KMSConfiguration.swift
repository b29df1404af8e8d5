public import FoundationEssentials
public import JSON

/// A tenant's current key management service, and whether it answers.
public struct KMSConfiguration: Sendable, Equatable {
  /// `customer_kms_aws`.
  public let provider: String
  /// The reference that the customer gave.
  public let keyReference: String
  /// The provider's settings, with the external ID: never shown as they are.
  public let configuration: JSONValue
  /// Since when the tenant's keys can't be unwrapped; nil while they can.
  public let sealedSince: Date?
  /// When the key last answered.
  public let lastVerifiedAt: Date
  /// Why it didn't, the last time it didn't; nil after a success.
  public let lastVerifyError: String?

  /// Takes the members as they are.
  public init(
    provider: String, keyReference: String, configuration: JSONValue, sealedSince: Date?, lastVerifiedAt: Date,
    lastVerifyError: String?
  ) {
    self.provider = provider
    self.keyReference = keyReference
    self.configuration = configuration
    self.sealedSince = sealedSince
    self.lastVerifiedAt = lastVerifiedAt
    self.lastVerifyError = lastVerifyError
  }
}
