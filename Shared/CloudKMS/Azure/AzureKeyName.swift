/// The identifier of a key in a vault or a managed HSM: `https://VAULT.vault.azure.net/keys/NAME` (Key Vault, "Object
/// identifiers and versioning").
public struct AzureKeyName: CloudKeyName {
  /// What it looks like.
  public static let grammar = "https://VAULT.vault.azure.net/keys/NAME"
  /// The longest identifier taken, in bytes: more than the longest valid one.
  public static let maximumLength = 320

  /// The vault.
  public let vault: AzureVault
  /// The key.
  public let name: String

  /// Parses an identifier; nil where the text is none, also where it names a version of a key.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength, let start = text.firstRange(of: "/keys/"),
      let vault = AzureVault(url: String(text[..<start.lowerBound])), !text[..<start.lowerBound].hasSuffix("/")
    else { return nil }
    let name = text[start.upperBound...]
    guard (1...127).contains(name.utf8.count),
      name.utf8.allSatisfy({ $0.isAlphanumeric || $0 == UInt8(ascii: "-") })
    else { return nil }
    self.vault = vault
    self.name = String(name)
  }

  /// The path of the key.
  var path: String { "/keys/\(name)" }

  /// The path of the version that an identifier names; nil unless it is a version of this key, whose name has no case.
  func path(ofVersion identifier: String) -> String? {
    let prefix = "\(self)/"
    guard identifier.lowercased().hasPrefix(prefix.lowercased()) else { return nil }
    let version = identifier.utf8.dropFirst(prefix.utf8.count)
    guard (1...64).contains(version.count), version.allSatisfy(\.isAlphanumeric) else { return nil }
    return "\(path)/\(String(decoding: version, as: UTF8.self))"
  }
}

extension AzureKeyName: CustomStringConvertible {
  /// The identifier as text.
  public var description: String { "\(vault)\(path)" }
}
