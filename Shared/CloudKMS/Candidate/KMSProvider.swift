/// A cloud whose key service a tenant may bring, by the name that bodies use: `aws`. Each cloud's folder names its own.
public struct KMSProvider: RawRepresentable, Sendable, Hashable {
  /// The name.
  public let rawValue: String

  /// Names a cloud.
  public init(rawValue: String) { self.rawValue = rawValue }

  /// The name that answers and the database use: `customer_kms_aws`.
  public var storedName: String { "customer_kms_\(rawValue)" }

  /// The name that the database uses where the key is the platform's own: `operator_kms_aws`.
  public var storedOperatorName: String { "operator_kms_\(rawValue)" }
}
