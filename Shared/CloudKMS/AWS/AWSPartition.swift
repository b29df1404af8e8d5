/// A group of AWS regions with accounts, names and endpoints of its own, as AWS's SDKs list them in `partitions.json`.
struct AWSPartition: Sendable, Hashable {
  /// The partition's name in ARNs.
  let id: String
  /// What the endpoints' host names end in.
  let dnsSuffix: String
  /// What its regions' names begin with; a word and a number follow.
  let regionPrefixes: [String]

  static let all = [
    AWSPartition(
      id: "aws", dnsSuffix: "amazonaws.com",
      regionPrefixes: ["us-", "eu-", "ap-", "sa-", "ca-", "me-", "af-", "il-", "mx-"]),
    AWSPartition(id: "aws-cn", dnsSuffix: "amazonaws.com.cn", regionPrefixes: ["cn-"]),
    AWSPartition(id: "aws-us-gov", dnsSuffix: "amazonaws.com", regionPrefixes: ["us-gov-"]),
    AWSPartition(id: "aws-eusc", dnsSuffix: "amazonaws.eu", regionPrefixes: ["eusc-de-"]),
    AWSPartition(id: "aws-iso", dnsSuffix: "c2s.ic.gov", regionPrefixes: ["us-iso-"]),
    AWSPartition(id: "aws-iso-b", dnsSuffix: "sc2s.sgov.gov", regionPrefixes: ["us-isob-"]),
    AWSPartition(id: "aws-iso-e", dnsSuffix: "cloud.adc-e.uk", regionPrefixes: ["eu-isoe-"]),
    AWSPartition(id: "aws-iso-f", dnsSuffix: "csp.hci.ic.gov", regionPrefixes: ["us-isof-"]),
  ]

  static func named(_ id: String) -> AWSPartition? {
    all.first { $0.id == id }
  }

  /// Whether a region's name has the form of this partition's; new regions need no new version of this list.
  func owns(region: String) -> Bool {
    guard region.utf8.count <= 32 else { return false }
    return regionPrefixes.contains { prefix in
      guard region.hasPrefix(prefix) else { return false }
      let rest = region.dropFirst(prefix.count).split(separator: "-", omittingEmptySubsequences: false)
      return rest.count == 2 && rest.allSatisfy { !$0.isEmpty }
        && rest[0].utf8.allSatisfy(\.isLowercase) && rest[1].utf8.allSatisfy(\.isDigit)
    }
  }
}
