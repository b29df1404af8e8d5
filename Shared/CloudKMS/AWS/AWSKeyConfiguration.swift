import JSON

/// A customer's key and the way to it: everything needed to use it but the platform's own credentials.
public struct AWSKeyConfiguration: Sendable, Hashable {
  /// The key's ARN, or that of an alias.
  public let keyARN: ARN
  /// The key's region.
  public let region: String
  /// The role in the customer's account.
  public let roleARN: ARN
  /// What the role's trust policy demands of us, 2 to 1224 characters; shown to nobody.
  public let externalID: String

  let partition: AWSPartition

  /// Creates a configuration; nil unless every part is well-formed and key, role and region belong together.
  public init?(keyARN: ARN, region: String, roleARN: ARN, externalID: String) {
    guard let partition = AWSPartition.named(keyARN.partition), keyARN.isKMSKey, !keyARN.isAWSManagedAlias,
      keyARN.region == region, partition.owns(region: region), roleARN.isRole, roleARN.partition == partition.id,
      Self.isExternalID(externalID)
    else { return nil }
    self.keyARN = keyARN
    self.region = region
    self.roleARN = roleARN
    self.externalID = externalID
    self.partition = partition
  }

  /// Reads a configuration that was stored when its candidate had passed: what may be stored was judged then.
  /// - Parameters:
  ///   - keyReference: `KMSCandidate.keyReference`.
  ///   - configuration: `KMSCandidate.configurationJSON`.
  /// - Throws: `.invalidRequest`, which must not seal, where it is not what was stored.
  init(keyReference: String, configuration: JSONValue) throws(KMSFailure) {
    guard let keyARN = ARN(keyReference), let region = configuration["region"]?.string,
      let roleARN = configuration["role_arn"]?.string.flatMap(ARN.init),
      let externalID = configuration["external_id"]?.string,
      let stored = Self(keyARN: keyARN, region: region, roleARN: roleARN, externalID: externalID)
    else {
      throw KMSFailure(
        reason: .invalidRequest, stage: .validate, isPermanent: true, seal: .reject,
        hint: "The stored configuration of the key is damaged. Onboard the key again.")
    }
    self = stored
  }

  /// STS API, `AssumeRole`, `ExternalId`: 2 to 1224 of `[\w+=,.@:\/-]`.
  static func isExternalID(_ text: String) -> Bool {
    (2...1224).contains(text.utf8.count)
      && text.utf8.allSatisfy { $0.isAlphanumeric || "_+=,.@:/-".utf8.contains($0) }
  }
}

extension AWSKeyConfiguration: CustomStringConvertible, CustomReflectable {
  /// Key and role: never the external ID.
  public var description: String { "\(keyARN) through \(roleARN)" }

  /// A mirror without the external ID.
  public var customMirror: Mirror { Mirror(self, children: ["keyARN": keyARN, "roleARN": roleARN]) }
}
