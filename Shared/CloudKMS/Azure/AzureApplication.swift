/// The application that the platform is in the directory of a customer.
public struct AzureApplication: Sendable, Hashable {
  /// What the names of variables begin with in which tenants may have secrets looked up: no tenant reads any other.
  public static let secretPrefix = "AZURE_CLIENT_SECRET"

  /// The application's id, a UUID.
  public let clientID: String
  /// The variable of the platform's that holds its secret; nil where it trusts the platform's own identity instead.
  public let secretVariable: String?

  /// Names an application; nil unless both parts are well-formed.
  public init?(clientID: String, secretVariable: String? = nil) {
    guard clientID.isUUID, secretVariable.map(Self.maySecretBe(in:)) ?? true else { return nil }
    self.clientID = clientID
    self.secretVariable = secretVariable
  }

  /// Whether a variable is one that tenants may name: `AZURE_CLIENT_SECRET` or `AZURE_CLIENT_SECRET_…`.
  static func maySecretBe(in variable: String) -> Bool {
    variable.isVariableName && (variable == secretPrefix || variable.hasPrefix(secretPrefix + "_"))
      && !variable.hasSuffix("_FILE")
  }
}

extension String {
  /// RFC 9562, section 4, in either case.
  var isUUID: Bool {
    let groups = split(separator: "-", omittingEmptySubsequences: false)
    return groups.map(\.utf8.count) == [8, 4, 4, 4, 12]
      && groups.allSatisfy { $0.utf8.allSatisfy { Character(Unicode.Scalar($0)).isHexDigit } }
  }
}
