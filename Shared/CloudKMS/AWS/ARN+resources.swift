extension ARN {
  /// Whether this names a KMS key or alias that a customer can grant access to (KMS API, `KeyId`).
  var isKMSKey: Bool {
    guard service == "kms", !region.isEmpty, !accountID.isEmpty else { return false }
    if let id = resource.suffix(after: "key/") {
      return (1...128).contains(id.utf8.count) && id.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "-") }
    }
    guard let alias = resource.suffix(after: "alias/") else { return false }
    return (1...250).contains(alias.utf8.count)
      && alias.utf8.allSatisfy { $0.isAlphanumeric || "/_-".utf8.contains($0) }
  }

  /// Whether this names an alias rather than a key.
  var isAlias: Bool { resource.hasPrefix("alias/") }

  /// Whether this names a key of AWS's own, which can't be shared with another account.
  var isAWSManagedAlias: Bool { resource.hasPrefix("alias/aws/") }

  /// Whether this names an IAM role (IAM API, `RoleName` and `Path`).
  var isRole: Bool {
    guard service == "iam", region.isEmpty, !accountID.isEmpty, let path = resource.suffix(after: "role/") else {
      return false
    }
    guard path.utf8.count <= 576, let name = path.split(separator: "/", omittingEmptySubsequences: false).last else {
      return false
    }
    return (1...64).contains(name.utf8.count)
      && name.utf8.allSatisfy { $0.isAlphanumeric || "_+=,.@-".utf8.contains($0) }
  }
}

extension String {
  fileprivate func suffix(after prefix: String) -> Substring? {
    hasPrefix(prefix) ? dropFirst(prefix.count) : nil
  }
}
