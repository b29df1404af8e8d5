/// An Amazon Resource Name: `arn:partition:service:region:account-id:resource`.
public struct ARN: Sendable, Hashable {
  /// The longest ARN taken, in bytes: that of IAM (2048).
  public static let maximumLength = 2048

  /// The partition: `aws`, `aws-cn`.
  public let partition: String
  /// The service: `kms`, `iam`.
  public let service: String
  /// The region; empty for services that have none, such as IAM.
  public let region: String
  /// The account, 12 digits; empty where the resource belongs to none.
  public let accountID: String
  /// The rest: `key/…`, `alias/…`, `role/…`. May contain colons.
  public let resource: String

  /// Parses an ARN; nil where the text is none.
  public init?(_ text: String) {
    guard text.utf8.count <= Self.maximumLength, text.utf8.allSatisfy({ (0x21..<0x7F).contains($0) }) else {
      return nil
    }
    let parts = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false)
    guard parts.count == 6, parts[0] == "arn", !parts[1].isEmpty, !parts[2].isEmpty, !parts[5].isEmpty,
      parts[1...3].allSatisfy({ $0.utf8.allSatisfy(\.isLowercaseNameCharacter) }),
      parts[4].isEmpty || parts[4].isAccountID
    else { return nil }
    (partition, service, region) = (String(parts[1]), String(parts[2]), String(parts[3]))
    (accountID, resource) = (String(parts[4]), String(parts[5]))
  }
}

extension ARN: CustomStringConvertible {
  /// The ARN as text.
  public var description: String { "arn:\(partition):\(service):\(region):\(accountID):\(resource)" }
}

extension StringProtocol {
  fileprivate var isAccountID: Bool { utf8.count == 12 && utf8.allSatisfy(\.isDigit) }
}
