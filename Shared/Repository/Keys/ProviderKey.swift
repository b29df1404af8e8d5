public import JSON

/// A key in a cloud's key management service, and how to reach it, as it is stored.
public struct ProviderKey: Sendable, Equatable {
  /// `customer_kms_aws`, or `operator_kms_aws` for a key of the platform's own.
  public let name: String
  /// The reference that the customer, or the operator, gave: a key ARN or alias ARN.
  public let keyReference: String
  /// The provider's settings, with the external ID; empty for a key of the platform's own, whose reference is all.
  public let configuration: JSONValue
  /// The key that answered, by its own name: what an unwrap must ask for.
  public let wrappingKey: String

  /// Takes the members as they are.
  public init(name: String, keyReference: String, configuration: JSONValue, wrappingKey: String) {
    self.name = name
    self.keyReference = keyReference
    self.configuration = configuration
    self.wrappingKey = wrappingKey
  }
}
