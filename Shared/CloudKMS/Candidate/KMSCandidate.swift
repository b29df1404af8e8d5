public import JSON

/// A key that a tenant wants to bring, well-formed but not yet tried.
public struct KMSCandidate: Sendable {
  /// Whose key service.
  public let provider: KMSProvider

  /// The key and the way to it.
  public let configuration: any KeyConfiguration

  /// Reads a candidate back from where it was stored.
  /// - Parameters:
  ///   - provider: its ``KMSProvider/storedName``.
  ///   - keyReference: its ``keyReference``.
  ///   - configuration: its ``configurationJSON``.
  /// - Throws: `.invalidRequest`, which must not seal, where this version doesn't understand what another stored.
  public static func stored(
    _ provider: String, keyReference: String, configuration: JSONValue
  ) throws(KMSFailure) -> KMSCandidate {
    guard let cloud = Clouds.all.first(where: { $0.provider.storedName == provider }) else {
      throw .unsupportedProvider
    }
    return KMSCandidate(
      provider: cloud.provider, configuration: try cloud.stored(keyReference: keyReference, configuration))
  }

  /// `kms_key_ref`: the key's name, or its alias's, as given.
  public var keyReference: String { configuration.keyReference }

  /// The whole body in the form that `parse(_:)` takes; holds the external ID, if there is one.
  public var json: JSONValue {
    ["provider": .string(provider.rawValue), "kms_key_ref": .string(keyReference), "config": configurationJSON]
  }

  /// `config` for storage; holds the external ID, if there is one.
  public var configurationJSON: JSONValue { configuration.json }

  /// `config` for everybody to see: without the external ID.
  public var publicJSON: JSONValue { configuration.publicJSON }

  /// What no two tenants may share; nil where the cloud has no such thing.
  public var externalID: String? { configuration.externalID }

  /// What the operator should know, though it doesn't forbid the key.
  public var warnings: [String] { configuration.warnings }
}

extension KMSCandidate: Hashable {
  /// Whether both describe the same key and the same way to it.
  public static func == (left: KMSCandidate, right: KMSCandidate) -> Bool {
    left.provider == right.provider && AnyHashable(left.configuration) == AnyHashable(right.configuration)
  }

  /// Hashes the provider and the configuration.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(provider)
    hasher.combine(configuration)
  }
}

extension KMSCandidate: CustomStringConvertible {
  /// The provider, the key and the way to it: nothing confidential.
  public var description: String { "\(provider.rawValue): \(configuration)" }
}
