/// A key of the platform's own in one of the clouds (wrap method `operator_kms`), by the name that it has there. Which
/// cloud that is, its shape says.
public struct OperatorKeyReference: Sendable {
  /// The cloud.
  public let provider: KMSProvider
  let name: any CloudKeyName

  /// Parses the name of a key; nil where the text is no cloud's.
  public init?(_ text: String) {
    for cloud in Clouds.all {
      guard let name = cloud.keyName(text) else { continue }
      (self.name, provider) = (name, cloud.provider)
      return
    }
    return nil
  }

  /// Reads a reference back from where it was stored.
  /// - Parameters:
  ///   - provider: its provider's ``KMSProvider/storedOperatorName``.
  ///   - keyReference: its ``keyReference``.
  /// - Throws: `.invalidRequest`, where this version doesn't understand what another stored.
  public static func stored(_ provider: String, keyReference: String) throws(KMSFailure) -> OperatorKeyReference {
    guard let stored = Self(keyReference), stored.provider.storedOperatorName == provider else {
      throw .damagedConfiguration
    }
    return stored
  }

  /// The forms that a name may have, a cloud each.
  public static var grammars: [String] { Clouds.all.map { $0.keyGrammar } }

  /// The key's name.
  public var keyReference: String { name.description }

  /// Whether a tenant wants to bring this very key. It would open for the platform without anybody's leave, and nobody
  /// but the operator could take it away. Azure's names have no case.
  public func isBrought(by candidate: KMSCandidate) -> Bool {
    candidate.provider == provider && candidate.keyReference.lowercased() == keyReference.lowercased()
  }
}

extension OperatorKeyReference: Hashable {
  /// Whether both name the same key.
  public static func == (left: OperatorKeyReference, right: OperatorKeyReference) -> Bool {
    AnyHashable(left.name) == AnyHashable(right.name)
  }

  /// Hashes the name.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

extension OperatorKeyReference: CustomStringConvertible {
  /// The key's name.
  public var description: String { keyReference }
}
