public import Cryptography
internal import FoundationEssentials
internal import JSON

/// A cloud as this platform stands towards it: who it is there, and how it gets at keys that tenants bring.
///
/// A further cloud is a folder with one of these and its ``KeyConfiguration``, and a line in ``Clouds``.
public protocol CloudPlatform: Sendable {
  /// What a tenant tells about a key of this cloud's.
  associatedtype Configuration: KeyConfiguration

  /// What names a key of the platform's own there.
  associatedtype KeyName: CloudKeyName

  /// The cloud.
  static var provider: KMSProvider { get }

  /// The variables that the operator sets for it; none is required, since the deployment may serve no key of its.
  static var variables: [CloudVariable] { get }

  /// The hosts that are asked over plain `http://` whatever the variables say. Default: none.
  static var plaintextHosts: [String] { get }

  /// What the names of variables begin with that hold secrets which tenants' configurations name; they are looked up at
  /// each use. Default: there are none.
  static var secretPrefix: String? { get }

  /// Stands as the operator's variables say; asks nobody yet.
  init(_ environment: CloudEnvironment)

  /// Makes sure that the platform has an identity of its own there, and answers a sentence on it that holds no secret.
  /// - Throws: `.noCredentials` with a hint that names the sources tried, in order.
  func identity(for use: KeyUse) async throws(KMSFailure) -> String

  /// Likewise for what it gets in with where a tenant says. Default: its own identity.
  func identity(towards configuration: Configuration, for use: KeyUse) async throws(KMSFailure) -> String

  /// Gets in as the tenant has allowed it, and answers the key, good for this one use: who kept it would outlive the
  /// tenant's kill switch.
  /// - Throws: the failure as the cloud's table of meanings has it.
  func open(_ configuration: Configuration, for use: KeyUse) async throws(KMSFailure) -> any KeyEncryptionKey

  /// Answers a key of the platform's own, which its own identity may use. The credentials of that may be kept: nobody
  /// else has them to take away.
  /// - Throws: as ``open(_:for:)``.
  func openOwn(_ key: KeyName, for use: KeyUse) async throws(KMSFailure) -> any KeyEncryptionKey

  /// What a verification has to try besides, once it got in. Default: nothing.
  func safeguards(of configuration: Configuration, for use: KeyUse, random: RandomSource) -> [Safeguard]
}

extension CloudPlatform {
  /// None.
  public static var plaintextHosts: [String] { [] }

  /// None.
  public static var secretPrefix: String? { nil }

  /// The platform's own.
  public func identity(towards _: Configuration, for use: KeyUse) async throws(KMSFailure) -> String {
    try await identity(for: use)
  }

  /// Nothing.
  public func safeguards(of configuration: Configuration, for use: KeyUse, random: RandomSource) -> [Safeguard] { [] }

  /// Reads a configuration of this cloud's, whose type the caller doesn't know.
  static func configuration(in fields: inout FieldReader) -> (any KeyConfiguration)? {
    Configuration(reading: &fields)
  }

  /// Reads back a stored one likewise.
  static func stored(keyReference: String, _ json: JSONValue) throws(KMSFailure) -> any KeyConfiguration {
    try Configuration(keyReference: keyReference, configuration: json)
  }

  /// The candidate's key; nil if it is not of this cloud.
  func key(_ candidate: KMSCandidate, deadline: Date?) -> (any KeyEncryptionKey)? {
    guard let configuration = candidate.configuration as? Configuration else { return nil }
    return CustomerKey(configuration: configuration, platform: self, deadline: deadline)
  }

  /// What such a name looks like.
  static var keyGrammar: String { KeyName.grammar }

  /// Parses the name of a key of this cloud's, whose type the caller doesn't know.
  static func keyName(_ text: String) -> (any CloudKeyName)? { KeyName(text) }

  /// The platform's own key; nil if it is not in this cloud.
  func key(_ reference: OperatorKeyReference, deadline: Date?) -> (any KeyEncryptionKey)? {
    guard let name = reference.name as? KeyName else { return nil }
    return OperatorKey(name: name, platform: self, deadline: deadline)
  }

  /// What a verification asks about the candidate; nil if it is not of this cloud.
  func probe(_ candidate: KMSCandidate, for use: KeyUse, random: RandomSource) -> Probe? {
    guard let configuration = candidate.configuration as? Configuration else { return nil }
    return Probe(
      key: configuration.keySummary, access: configuration.accessSummary,
      identity: { () throws(KMSFailure) in try await identity(towards: configuration, for: use) },
      open: { () throws(KMSFailure) in try await open(configuration, for: use) },
      safeguards: safeguards(of: configuration, for: use, random: random))
  }
}
