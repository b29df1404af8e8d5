/// The resource name of a Cloud KMS key: `projects/P/locations/L/keyRings/R/cryptoKeys/K` (Cloud KMS, "Getting a Cloud KMS
/// resource ID").
public struct GCPKeyName: CloudKeyName {
  /// What it looks like.
  public static let grammar = "projects/P/locations/L/keyRings/R/cryptoKeys/K"
  /// The longest name taken, in bytes: more than the longest valid one.
  public static let maximumLength = 512

  /// The project's id, with its domain where it has one: `example.com:project`.
  public let project: String
  /// The location: `europe-west3`, `global`.
  public let location: String
  /// The key ring.
  public let keyRing: String
  /// The key.
  public let key: String

  /// Parses a name; nil where the text is none, also where it names a version of a key.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 8, parts[0] == "projects", parts[2] == "locations", parts[4] == "keyRings",
      parts[6] == "cryptoKeys", parts[1].isGCPProject, parts[3].isGCPLocation, parts[5].isGCPKeyID, parts[7].isGCPKeyID
    else { return nil }
    (project, location) = (String(parts[1]), String(parts[3]))
    (keyRing, key) = (String(parts[5]), String(parts[7]))
  }

  /// Whether a text names a version of this key: `…/cryptoKeyVersions/3`.
  func owns(version text: String) -> Bool {
    let prefix = "\(self)/cryptoKeyVersions/"
    guard text.hasPrefix(prefix) else { return false }
    let number = text.utf8.dropFirst(prefix.utf8.count)
    return (1...10).contains(number.count) && number.allSatisfy(\.isDigit)
  }
}

extension GCPKeyName: CustomStringConvertible {
  /// The name as text.
  public var description: String { "projects/\(project)/locations/\(location)/keyRings/\(keyRing)/cryptoKeys/\(key)" }
}

extension Substring {
  /// 6 to 30 lowercase letters, digits and hyphens, the first a letter (Resource Manager, "Creating and managing
  /// projects"), or a domain and such a name.
  fileprivate var isGCPProject: Bool {
    let parts = split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let id = parts.last, (4...30).contains(id.utf8.count), id.utf8.first?.isLowercase == true,
      id.utf8.allSatisfy(\.isLowercaseNameCharacter), id.utf8.last != UInt8(ascii: "-")
    else { return false }
    return parts.count == 1
      || !parts[0].isEmpty && parts[0].utf8.allSatisfy { $0.isLowercaseNameCharacter || $0 == UInt8(ascii: ".") }
  }

  fileprivate var isGCPLocation: Bool {
    (1...63).contains(utf8.count) && utf8.allSatisfy(\.isLowercaseNameCharacter)
  }

  /// `[a-zA-Z0-9_-]{1,63}` (Cloud KMS API, `cryptoKeyId`).
  fileprivate var isGCPKeyID: Bool {
    (1...63).contains(utf8.count) && utf8.allSatisfy { $0.isAlphanumeric || "_-".utf8.contains($0) }
  }
}
