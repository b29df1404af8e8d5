public import JSON

/// A key that a tenant wants to bring, well-formed but not yet tried.
public struct KMSCandidate: Sendable, Hashable {
  /// Whose key service.
  public let provider: KMSProvider

  /// The key and the way to it.
  public let aws: AWSKeyConfiguration

  /// Reads a candidate back from where it was stored.
  /// - Parameters:
  ///   - provider: its ``KMSProvider/storedName``.
  ///   - keyReference: its ``keyReference``.
  ///   - configuration: its ``configurationJSON``.
  /// - Throws: `.invalidRequest`, which must not seal, where this version doesn't understand what another stored.
  public static func stored(
    _ provider: String, keyReference: String, configuration: JSONValue
  ) throws(KMSFailure) -> KMSCandidate {
    guard let provider = KMSProvider(storedName: provider), provider.isSupported else {
      throw KMSFailure(
        reason: .invalidRequest, stage: .validate, isPermanent: true, seal: .reject,
        hint: "The stored configuration is of a provider that this version does not support.")
    }
    return KMSCandidate(
      provider: provider, aws: try AWSKeyConfiguration(keyReference: keyReference, configuration: configuration))
  }

  /// `kms_key_ref`: the key's ARN or its alias's, as given.
  public var keyReference: String { aws.keyARN.description }

  /// The whole body in the form that `parse(_:)` takes; holds the external ID.
  public var json: JSONValue {
    ["provider": .string(provider.rawValue), "kms_key_ref": .string(keyReference), "config": configurationJSON]
  }

  /// `config` for storage; holds the external ID.
  public var configurationJSON: JSONValue {
    [
      "region": .string(aws.region), "role_arn": .string(aws.roleARN.description),
      "external_id": .string(aws.externalID),
    ]
  }

  /// `config` for everybody to see: without the external ID.
  public var publicJSON: JSONValue {
    ["region": .string(aws.region), "role_arn": .string(aws.roleARN.description)]
  }

  /// What the operator should know, though it doesn't forbid the key.
  public var warnings: [String] {
    guard aws.roleARN.accountID != aws.keyARN.accountID else { return [] }
    return [
      "The role is in account \(aws.roleARN.accountID), the key in account \(aws.keyARN.accountID): the key's own policy "
        + "has to allow the role, an IAM policy alone does not."
    ]
  }
}

extension KMSCandidate: CustomStringConvertible {
  /// The provider, the key and the role: never the external ID.
  public var description: String { "\(provider.rawValue): \(aws)" }
}
