import CloudKMS
import Commands
import FoundationEssentials
import HTTPTypes
import JSON

/// What a customer pastes into their AWS account so that we may use their key, and nobody else through us.
struct PlatformGuide: Sendable {
  /// What stands where the key's ARN belongs.
  static let keyBlank = "KMS_KEY_ARN"

  let tenantID: UUID
  /// Nil where we can't say who we are.
  let principal: AWSPrincipal?
  /// Why.
  var failure: KMSFailure?
  /// A proposal: random, so that no other tenant has it.
  let externalID = UUID().text

  init(tenantID: UUID, principal: AWSPrincipal?, failure: KMSFailure? = nil) {
    self.tenantID = tenantID
    self.principal = principal
    self.failure = failure
  }

  /// Lets us assume the role, and only for who names the external ID (IAM user guide, "confused deputy").
  var trustPolicy: String {
    """
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Principal": { "AWS": "\(principal?.roleARN ?? "OUR_PRINCIPAL_ARN")" },
          "Action": "sts:AssumeRole",
          "Condition": { "StringEquals": { "sts:ExternalId": "\(externalID)" } }
        }
      ]
    }
    """
  }

  /// Lets the role encrypt and decrypt with the one key, and only what is bound to this tenant.
  var permissionPolicy: String {
    """
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Effect": "Allow",
          "Action": ["kms:Encrypt", "kms:Decrypt"],
          "Resource": "\(Self.keyBlank)",
          "Condition": { "StringEquals": { "kms:EncryptionContext:tenant_id": "\(tenantID.text)" } }
        }
      ]
    }
    """
  }

  /// The same by the command line, for who prefers it; `ROLE_NAME` is theirs to choose.
  var commands: [String] {
    [
      "aws iam create-role --role-name ROLE_NAME --assume-role-policy-document file://trust-policy.json",
      "aws iam put-role-policy --role-name ROLE_NAME --policy-name tenant-kms --policy-document file://permission-policy.json",
    ]
  }

  /// As the API shows it.
  /// - Throws: 503 where we don't know who we are.
  func json() throws(APIError) -> JSONValue {
    guard let principal else {
      let reason = failure.map { "\($0.reason.rawValue): \($0.hint)" } ?? ""
      throw APIError(
        status: .serviceUnavailable, type: "dependency_unavailable",
        message: "our own identity in AWS isn't known at the moment: \(reason)", retryAfter: 30)
    }
    return [
      "account_id": .string(principal.accountID), "principal_arn": .string(principal.roleARN),
      "external_id": .string(externalID), "trust_policy": .string(trustPolicy),
      "permission_policy": .string(permissionPolicy), "cli": .array(commands.map { .string($0) }),
      "terraform": .string(terraform), "cloudformation": .string(cloudFormation),
    ]
  }
}
