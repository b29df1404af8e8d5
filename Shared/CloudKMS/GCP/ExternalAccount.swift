internal import JSON

/// How a workload that is somebody elsewhere is let in at Google: no secret, but where its token is and what that is
/// exchanged for (AIP-4117, "External account credentials").
struct ExternalAccount: Sendable, Equatable {
  /// The workload identity pool's provider that is to accept the token.
  let audience: String
  /// What kind of token it accepts, as RFC 8693 names kinds.
  let tokenType: String
  /// Where tokens are exchanged.
  let tokenURL: GoogleURL
  let source: SubjectTokenSource
  /// The service account that is acted as with what comes of that; nil where the workload itself is known to customers.
  let impersonation: Impersonation?

  /// A service account to act as (IAM Credentials, `generateAccessToken`).
  struct Impersonation: Sendable, Equatable {
    let url: GoogleURL
    let email: String
    /// How long a token lives, in seconds.
    let lifetime: Int
  }

  /// Reads a file. Nothing in it sends the platform's tokens anywhere but to Google.
  /// - Throws: `.platformCredentials` with what is wrong.
  init(_ json: JSONValue) throws(KMSFailure) {
    if let universe = json["universe_domain"], universe != "googleapis.com" {
      throw .badKeyFile("its universe_domain is not googleapis.com, the only one that this version speaks to")
    }
    guard let audience = json["audience"]?.string, audience.isWorkloadIdentityProvider else {
      throw .badKeyFile(
        "its audience is not //iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/"
          + "PROVIDER")
    }
    guard let tokenType = json["subject_token_type"]?.string, SubjectTokenSource.types.contains(tokenType) else {
      throw .badKeyFile(
        "its subject_token_type is none of \(SubjectTokenSource.types.sorted().joined(separator: ", "))")
    }
    guard let tokenURL = json["token_url"]?.string.flatMap({ GoogleURL($0, of: .sts) }), tokenURL.path == "/v1/token"
    else {
      throw .badKeyFile(
        "its token_url is neither https://sts.googleapis.com/v1/token nor "
          + "https://sts.REGION.rep.googleapis.com/v1/token")
    }
    self.audience = audience
    self.tokenType = tokenType
    self.tokenURL = tokenURL
    source = try SubjectTokenSource(json["credential_source"] ?? .null, tokenType: tokenType)
    impersonation = try Self.impersonation(in: json)
  }

  private static func impersonation(in json: JSONValue) throws(KMSFailure) -> Impersonation? {
    guard let member = json["service_account_impersonation_url"] else { return nil }
    guard let url = member.string.flatMap({ GoogleURL($0, of: .iamCredentials) }),
      let email = url.path.trimmed(of: "/v1/projects/-/serviceAccounts/", and: ":generateAccessToken"),
      GCPKeyConfiguration.isServiceAccount(email)
    else {
      throw .badKeyFile(
        "its service_account_impersonation_url is not https://iamcredentials.googleapis.com/v1/projects/-/"
          + "serviceAccounts/EMAIL:generateAccessToken")
    }
    // The most that Google allows unless an organisation says otherwise, and the least that is worth a request.
    let seconds = json["service_account_impersonation"]?["token_lifetime_seconds"]
    let lifetime = seconds.map { $0.integer ?? 0 } ?? 3600
    guard (600...43_200).contains(lifetime) else {
      throw .badKeyFile("its token_lifetime_seconds is not within 600 to 43200")
    }
    return Impersonation(url: url, email: email, lifetime: lifetime)
  }
}

/// A URL of one of Google's services, global or of a region.
struct GoogleURL: Sendable, Equatable {
  let host: String
  /// With its slash before it.
  let path: String

  /// Parses `https://SERVICE.googleapis.com/…` and `https://SERVICE.REGION.rep.googleapis.com/…`; nil for anything else, so
  /// also for what has a port, user information, a query or a fragment.
  init?(_ text: String, of service: GCPService) {
    guard text.utf8.count <= 512, text.hasPrefix("https://") else { return nil }
    let rest = text.dropFirst("https://".count)
    guard let slash = rest.firstIndex(of: "/") else { return nil }
    (host, path) = (String(rest[..<slash]), String(rest[slash...]))
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.first == Substring(service.rawValue), labels.suffix(2) == ["googleapis", "com"],
      labels.count == 3
        || labels.count == 5 && labels[2] == "rep" && !labels[1].isEmpty
          && labels[1].utf8.allSatisfy(\.isLowercaseNameCharacter),
      path.utf8.allSatisfy({ $0.isAlphanumeric || "/-_.:@".utf8.contains($0) })
    else { return nil }
  }
}

extension String {
  /// `//iam.googleapis.com/projects/NUMBER/locations/global/workloadIdentityPools/POOL/providers/PROVIDER`.
  fileprivate var isWorkloadIdentityProvider: Bool {
    let parts = split(separator: "/", omittingEmptySubsequences: false)
    guard utf8.count <= 512, parts.count == 11, parts[0].isEmpty, parts[1].isEmpty, parts[2] == "iam.googleapis.com",
      parts[3] == "projects", parts[5...7] == ["locations", "global", "workloadIdentityPools"], parts[9] == "providers"
    else { return false }
    return !parts[4].isEmpty && parts[4].utf8.allSatisfy(\.isDigit)
      && [parts[8], parts[10]].allSatisfy { !$0.isEmpty && $0.utf8.allSatisfy(\.isLowercaseNameCharacter) }
  }

  fileprivate func trimmed(of prefix: String, and suffix: String) -> String? {
    guard hasPrefix(prefix), hasSuffix(suffix), utf8.count > prefix.utf8.count + suffix.utf8.count else { return nil }
    return String(dropFirst(prefix.count).dropLast(suffix.count))
  }
}
