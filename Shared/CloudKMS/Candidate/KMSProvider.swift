/// The clouds whose key services a tenant may bring.
public enum KMSProvider: String, Sendable, Hashable, CaseIterable {
  /// Amazon Web Services.
  case aws
  /// Google Cloud.
  case gcp
  /// Microsoft Azure.
  case azure

  /// The name that answers use: `customer_kms_aws`.
  public var storedName: String { "customer_kms_\(rawValue)" }

  /// The provider of a stored name; nil where there is none.
  public init?(storedName: String) {
    guard let provider = Self.allCases.first(where: { $0.storedName == storedName }) else { return nil }
    self = provider
  }

  /// Whether this version can use the provider's keys.
  public var isSupported: Bool { self == .aws }
}
