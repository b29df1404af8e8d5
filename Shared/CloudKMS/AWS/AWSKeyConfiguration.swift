public import JSON

/// A customer's key and the way to it: everything needed to use it but the platform's own credentials.
public struct AWSKeyConfiguration: KeyConfiguration {
  /// The key's ARN, or that of an alias.
  public let keyARN: ARN
  /// The key's region.
  public let region: String
  /// The role in the customer's account.
  public let roleARN: ARN
  /// What the role's trust policy demands of us, 2 to 1224 characters; shown to nobody.
  let roleExternalID: String

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
    roleExternalID = externalID
    self.partition = partition
  }

  /// Reads a stored configuration.
  public init(keyReference: String, configuration: JSONValue) throws(KMSFailure) {
    guard let keyARN = ARN(keyReference), let region = configuration["region"]?.string,
      let roleARN = configuration["role_arn"]?.string.flatMap(ARN.init),
      let externalID = configuration["external_id"]?.string,
      let stored = Self(keyARN: keyARN, region: region, roleARN: roleARN, externalID: externalID)
    else { throw .damagedConfiguration }
    self = stored
  }

  /// The key's ARN or its alias's.
  public var keyReference: String { keyARN.description }

  /// Region, role and external ID.
  public var json: JSONValue {
    ["region": .string(region), "role_arn": .string(roleARN.description), "external_id": .string(roleExternalID)]
  }

  /// Region and role, without the external ID.
  public var publicJSON: JSONValue {
    ["region": .string(region), "role_arn": .string(roleARN.description)]
  }

  /// The external ID: AWS knows by it for which tenant we assume a role.
  public var externalID: String? { roleExternalID }

  /// Whether an alias names the key, and whether role and key are in different accounts.
  public var warnings: [String] {
    var warnings: [String] = []
    if keyARN.isAlias {
      warnings.append(
        "kms_key_ref is an alias: whoever points it at another key has new key versions wrapped by that one, while the "
          + "older ones need the keys that wrapped them. The key's own ARN can't be moved.")
    }
    if roleARN.accountID != keyARN.accountID {
      warnings.append(
        "The role is in account \(roleARN.accountID), the key in account \(keyARN.accountID): the key's own policy "
          + "has to allow the role, an IAM policy alone does not.")
    }
    return warnings
  }

  /// The key, or the alias, and the region.
  public var keySummary: String { "\(keyARN.resource) in \(region)" }

  /// By the external ID, which is not told.
  public var accessSummary: String { "assumed with the external ID" }

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
