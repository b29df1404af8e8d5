import Foundation
import JSON

/// A customer with a key and a role in an account of their own, and the platform's user that the role trusts.
///
/// Every instance has names of its own, so that any number of tests can share one stand-in.
struct CustomerAWSAccount: Sendable {
  let aws: StandInAWS
  /// The platform's own credentials, which may do nothing but assume roles.
  let platformAccessKeyID: String
  let platformSecretAccessKey: String
  let platformPrincipalARN: String
  let keyARN: String
  let roleARN: String
  let externalID: String

  private let roleName: String

  /// The platform's user, who may do nothing but assume roles.
  private struct PlatformUser {
    let accessKeyID: String
    let secretAccessKey: String
    let arn: String
  }

  /// Sets everything up as the setup page has the customer do it.
  /// - Parameter other: a customer whose platform's user this one trusts too; a user of its own unless told.
  static func create(
    on aws: StandInAWS, besides other: CustomerAWSAccount? = nil
  ) async throws -> CustomerAWSAccount {
    let id = UUID().uuidString.lowercased()
    let user =
      if let other {
        PlatformUser(
          accessKeyID: other.platformAccessKeyID, secretAccessKey: other.platformSecretAccessKey,
          arn: other.platformPrincipalARN)
      } else { try await createUser("saas-\(id)", on: aws) }
    let key = try await aws.kms(
      StandInAWS.customerAccount, "CreateKey", ["KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"])
    let account = CustomerAWSAccount(
      aws: aws, platformAccessKeyID: user.accessKeyID, platformSecretAccessKey: user.secretAccessKey,
      platformPrincipalARN: user.arn,
      keyARN: try member("Arn", of: key["KeyMetadata"]),
      roleARN: "arn:aws:iam::\(StandInAWS.customerAccount):role/TenantKMS-\(id)",
      externalID: "ext-\(UUID().uuidString)", roleName: "TenantKMS-\(id)")
    try await account.createRole()
    return account
  }

  private static func createUser(_ user: String, on aws: StandInAWS) async throws -> PlatformUser {
    try await aws.iam(StandInAWS.platformAccount, "CreateUser", ["UserName": user])
    let accessKey = try await aws.iam(StandInAWS.platformAccount, "CreateAccessKey", ["UserName": user])
    try await aws.iam(
      StandInAWS.platformAccount, "PutUserPolicy",
      [
        "UserName": user, "PolicyName": "assume",
        "PolicyDocument": policy(["Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"]),
      ])
    return PlatformUser(
      accessKeyID: try text(of: "AccessKeyId", in: accessKey),
      secretAccessKey: try text(of: "SecretAccessKey", in: accessKey),
      arn: "arn:aws:iam::\(StandInAWS.platformAccount):user/\(user)")
  }

  /// An onboarding body for the key.
  var candidate: JSONValue { candidate(for: keyARN) }

  /// An onboarding body for a key of this account.
  func candidate(for keyARN: String) -> JSONValue {
    [
      "provider": "aws", "kms_key_ref": .string(keyARN),
      "config": [
        "region": .string(StandInAWS.region), "role_arn": .string(roleARN), "external_id": .string(externalID),
      ],
    ]
  }

  func createRole() async throws {
    try await aws.iam(
      StandInAWS.customerAccount, "CreateRole",
      ["RoleName": roleName, "AssumeRolePolicyDocument": trustPolicy("Allow", conditional: true)])
    try await setInlinePolicy("Allow")
  }

  func deleteRole() async throws {
    try await removeInlinePolicy()
    try await aws.iam(StandInAWS.customerAccount, "DeleteRole", ["RoleName": roleName])
  }

  /// Makes another key of this account, of a type that can't wrap, which the role may use as well.
  /// - Returns: its ARN.
  func createAsymmetricKey() async throws -> String {
    let key = try await aws.kms(
      StandInAWS.customerAccount, "CreateKey", ["KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "RSA_2048"])
    let arn = try Self.member("Arn", of: key["KeyMetadata"])
    try await setInlinePolicy("Allow", on: [keyARN, arn])
    return arn
  }

  /// Makes another key of this account, which the role may use as well.
  /// - Returns: its ARN.
  func createSecondKey() async throws -> String {
    let key = try await aws.kms(
      StandInAWS.customerAccount, "CreateKey", ["KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"])
    let arn = try Self.member("Arn", of: key["KeyMetadata"])
    try await setInlinePolicy("Allow", on: [keyARN, arn])
    return arn
  }

  /// Replaces the permission policy: `Allow` or `Deny` of encrypting and decrypting with the key, or with others.
  func setInlinePolicy(_ effect: String, on keys: [String]? = nil) async throws {
    try await aws.iam(
      StandInAWS.customerAccount, "PutRolePolicy",
      [
        "RoleName": roleName, "PolicyName": "use-key",
        "PolicyDocument": Self.policy([
          "Effect": .string(effect), "Action": ["kms:Encrypt", "kms:Decrypt"],
          "Resource": .array((keys ?? [keyARN]).map { .string($0) }),
        ]),
      ])
  }

  func removeInlinePolicy() async throws {
    try await aws.iam(
      StandInAWS.customerAccount, "DeleteRolePolicy", ["RoleName": roleName, "PolicyName": "use-key"])
  }

  /// Replaces the role's trust policy: `Allow` or `Deny`, with or without the condition on the external ID.
  func setTrustPolicy(_ effect: String, conditional: Bool = true) async throws {
    try await aws.iam(
      StandInAWS.customerAccount, "UpdateAssumeRolePolicy",
      ["RoleName": roleName, "PolicyDocument": trustPolicy(effect, conditional: conditional)])
  }

  /// Calls an action of KMS on the key as the customer's root.
  func kms(_ action: String, _ members: [String: JSONValue] = [:]) async throws {
    let key: [String: JSONValue] = ["KeyId": .string(keyARN)]
    try await aws.kms(StandInAWS.customerAccount, action, .object(members.merging(key) { $1 }))
  }

  private func trustPolicy(_ effect: String, conditional: Bool) -> String {
    var statement: [String: JSONValue] = [
      "Effect": .string(effect), "Principal": ["AWS": .string(platformPrincipalARN)], "Action": "sts:AssumeRole",
    ]
    if conditional { statement["Condition"] = ["StringEquals": ["sts:ExternalId": .string(externalID)]] }
    return Self.policy(.object(statement))
  }

  private static func policy(_ statement: JSONValue) -> String {
    JSONValue.object(["Version": "2012-10-17", "Statement": [statement]]).canonicalText
  }

  private struct Missing: Error {
    let name: String
  }

  private static func text(of element: String, in xml: String) throws -> String {
    guard let start = xml.firstRange(of: "<\(element)>"), let end = xml.firstRange(of: "</\(element)>") else {
      throw Missing(name: element)
    }
    return String(xml[start.upperBound..<end.lowerBound])
  }

  private static func member(_ name: String, of value: JSONValue?) throws -> String {
    guard let text = value?[name]?.string else { throw Missing(name: name) }
    return text
  }
}
