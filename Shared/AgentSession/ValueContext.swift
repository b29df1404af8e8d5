/// Which value a bundled data key is for, each member as the bundle writes it.
///
/// All of it is authenticated: whoever could alter an answer can't pass one secret off as another, an old value as the
/// current one, or an expired one as fresh.
public struct ValueContext: Sendable, Hashable {
  /// `secret_id`.
  public let secretID: String
  /// `name`.
  public let name: String
  /// `secret_type`.
  public let type: String
  /// `base_environment`.
  public let baseEnvironment: String
  /// `environment`.
  public let environment: String
  /// `value_id`: the row that the payload's own additional authenticated data name.
  public let valueID: String
  /// `value_version`.
  public let valueVersion: UInt32
  /// `expires_at`; nil for null.
  public let expiresAt: String?

  /// Takes the members as they stand in the bundle.
  public init(
    secretID: String, name: String, type: String, baseEnvironment: String, environment: String, valueID: String,
    valueVersion: UInt32, expiresAt: String?
  ) {
    self.secretID = secretID
    self.name = name
    self.type = type
    self.baseEnvironment = baseEnvironment
    self.environment = environment
    self.valueID = valueID
    self.valueVersion = valueVersion
    self.expiresAt = expiresAt
  }

  var fields: [String?] {
    [secretID, name, type, baseEnvironment, environment, valueID, String(valueVersion), expiresAt]
  }
}
