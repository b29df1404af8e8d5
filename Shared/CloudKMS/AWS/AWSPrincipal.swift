internal import FoundationEssentials
internal import HTTPClient
internal import SigV4

/// Who the platform is at AWS.
public struct AWSPrincipal: Sendable, Hashable {
  /// 12 digits.
  public let accountID: String
  /// What STS calls it: a user's ARN, or a session's of an assumed role.
  public let arn: String

  /// Takes the members as they are.
  public init(accountID: String, arn: String) {
    self.accountID = accountID
    self.arn = arn
  }

  /// What a trust policy names: the user, or the role behind a session, whose path STS doesn't tell.
  public var roleARN: String {
    guard let session = ARN(arn), session.service == "sts" else { return arn }
    let parts = session.resource.split(separator: "/")
    guard parts.count == 3, parts[0] == "assumed-role" else { return arn }
    return "arn:\(session.partition):iam::\(session.accountID):role/\(parts[1])"
  }
}

extension AWSPlatform {
  /// Asks STS who these credentials are (STS API, `GetCallerIdentity`, which no policy can deny).
  /// - Parameters:
  ///   - region: whose STS to ask.
  ///   - use: on whose behalf.
  /// - Throws: `.noCredentials`, `.platformCredentials`, `.unreachable`; `.invalidRequest` for a region of no partition.
  public func principal(region: String, for use: KeyUse) async throws(KMSFailure) -> AWSPrincipal {
    guard let partition = AWSPartition.all.first(where: { $0.owns(region: region) }) else {
      throw KMSFailure(
        reason: .invalidRequest, stage: .credentials, isPermanent: true, seal: .no,
        hint: "AWS_REGION names no region of AWS. This is the operator's to mend.")
    }
    let caller = AWSCaller(self, region: region, partition: partition, use: use)
    let body = Array("Action=GetCallerIdentity&Version=2011-06-15".utf8)
    let type = HeaderField(name: "Content-Type", value: "application/x-www-form-urlencoded; charset=utf-8")
    let response = try await caller.withPlatformCredentials { credentials throws(KMSFailure) in
      try await caller.post(body, to: .sts, headers: [type], credentials: credentials, stage: .credentials)
    }
    let leaves = try XMLLeaves(answer: response, stage: .credentials)
    let path = "GetCallerIdentityResponse/GetCallerIdentityResult/"
    guard let account = leaves.text(path + "Account"), account.utf8.count == 12, account.utf8.allSatisfy(\.isDigit),
      let arn = leaves.text(path + "Arn"), ARN(arn)?.accountID == account
    else {
      throw .garbage("without a caller's identity", from: AWSService.sts, status: response.status, stage: .credentials)
    }
    return AWSPrincipal(accountID: account, arn: arn)
  }
}
