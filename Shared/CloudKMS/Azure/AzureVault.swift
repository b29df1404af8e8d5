/// A key vault or a managed HSM, by its name in one of Azure's clouds. Both serve keys by the same requests (Key Vault REST
/// API), each with tokens for its own kind.
///
/// Nothing else is a vault to us: no address, no port, no user information, no name that isn't Microsoft's, since what
/// answers there is sent tokens.
public struct AzureVault: Sendable, Hashable {
  /// The longest URL taken, in bytes.
  static let maximumLength = 128

  /// The vault's name: `acme-keys`.
  public let name: String
  /// Whether it is a managed HSM.
  public let isManagedHSM: Bool
  let cloud: AzureCloud

  /// Parses `https://NAME.vault.azure.net` or `https://NAME.managedhsm.azure.net`, as the portal shows it with or without a
  /// slash behind; nil where the text is anything else.
  public init?(url: String) {
    guard url.utf8.count <= Self.maximumLength, url.hasPrefix("https://") else { return nil }
    var host = url.dropFirst("https://".count)
    if host.hasSuffix("/") { host.removeLast() }
    let isManagedHSM = host.contains(".managedhsm.")
    let suffix = { (cloud: AzureCloud) in isManagedHSM ? cloud.hsmSuffix : cloud.vaultSuffix }
    guard let cloud = AzureCloud.all.first(where: { host.hasSuffix(".\(suffix($0))") }) else { return nil }
    let name = host.dropLast(suffix(cloud).utf8.count + 1)
    guard name.isVaultName else { return nil }
    self.name = String(name)
    self.isManagedHSM = isManagedHSM
    self.cloud = cloud
  }

  private var suffix: String { isManagedHSM ? cloud.hsmSuffix : cloud.vaultSuffix }

  /// Where it answers.
  var host: String { "\(name).\(suffix)" }

  /// Whom tokens for it are for.
  var resource: String { "https://\(suffix)" }
}

extension AzureVault: CustomStringConvertible {
  /// The vault's URL.
  public var description: String { "https://\(host)" }
}

extension Substring {
  /// 3 to 24 letters, digits and hyphens, of which no two follow each other, the first a letter (Key Vault, "Object
  /// identifiers and versioning"). That leaves no room for internationalised names.
  fileprivate var isVaultName: Bool {
    guard (3...24).contains(utf8.count), utf8.first?.isLowercase == true, utf8.last != UInt8(ascii: "-") else {
      return false
    }
    return utf8.allSatisfy(\.isLowercaseNameCharacter) && !contains("--")
  }
}
