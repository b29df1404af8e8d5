extension String {
  /// The name without case and punctuation, so that `AWS-SecretAccessKey` is `aws_secret_access_key`.
  private var folded: String {
    String(decoding: utf8.filter(\.isAlphanumeric).map { $0.isUppercase ? $0 | 0x20 : $0 }, as: UTF8.self)
  }

  /// Whether a member of this name could only hold a credential.
  var namesCredential: Bool {
    let name = folded
    guard !isNameOfVariable else { return false }
    return Self.credentialNames.contains(name) || Self.credentialNameParts.contains { name.contains($0) }
  }

  /// Whether a member of this name holds the name of an environment variable, where a secret itself is often put.
  var isNameOfVariable: Bool { folded == "clientsecretenvvar" }

  /// Whether this can be the name of an environment variable (POSIX.1, section 8.1).
  var isVariableName: Bool {
    guard let first = utf8.first, !first.isDigit, utf8.count <= 128 else { return false }
    return utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") } && !looksLikeCredential
  }

  private static let credentialNameParts = [
    "accesskeyid", "secretaccesskey", "awssecretkey", "sessiontoken", "securitytoken", "privatekey", "clientsecret",
    "serviceaccountkey", "serviceaccountjson", "refreshtoken", "connectionstring", "password", "passphrase",
  ]

  private static let credentialNames: Set = [
    "accesskey", "awsaccesskey", "secretkey", "accesstoken", "apikey", "sastoken", "accountkey", "credentials",
    "credentialsjson", "googleapplicationcredentials", "applicationdefaultcredentials", "keyfile", "keyfilejson",
    "clientcertificate", "clientassertion",
  ]

  /// Whether a text looks like a credential itself, whatever it is called.
  var looksLikeCredential: Bool {
    contains("-----BEGIN ") || holdsAWSAccessKeyID || isAWSSecretAccessKey || isAzureClientSecret
      || hasPrefix("AIza") && utf8.count == 39
  }

  /// `AKIA…` of a user, `ASIA…` of a session (IAM user guide, "IAM identifiers"), anywhere in the text.
  private var holdsAWSAccessKeyID: Bool {
    let words = utf8.split { !($0.isUppercase || $0.isDigit) }
    return words.contains { word in
      (16...128).contains(word.count) && (word.starts(with: "AKIA".utf8) || word.starts(with: "ASIA".utf8))
    }
  }

  /// 40 characters of base64 with all kinds among them. One that has no punctuation may as well be an honest external ID.
  private var isAWSSecretAccessKey: Bool {
    utf8.count == 40 && utf8.allSatisfy(\.isBase64Character)
      && utf8.contains(where: \.isUppercase) && utf8.contains(where: \.isLowercase) && utf8.contains(where: \.isDigit)
      && utf8.contains { !$0.isAlphanumeric }
  }

  /// Entra ID's client secrets have 40 characters with `8Q~`, or another digit, at the fourth.
  private var isAzureClientSecret: Bool {
    let bytes = Array(utf8)
    return (37...40).contains(bytes.count) && bytes[3].isDigit && bytes[4] == UInt8(ascii: "Q")
      && bytes[5] == UInt8(ascii: "~") && bytes.allSatisfy { $0.isAlphanumeric || "_~.-".utf8.contains($0) }
  }
}
