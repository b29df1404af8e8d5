import CloudKMS
import JSON

/// The ways in which a customer takes their key away, and gives it back.
enum KillSwitch: String, Sendable, CaseIterable {
  case disableKey, scheduleDeletion, denyInline, removeInline, deleteRole, denyTrust, denyKeyPolicy

  /// What it looks like from here.
  var reason: KMSFailure.Reason {
    switch self {
    case .disableKey: .keyDisabled
    case .scheduleDeletion: .keyPendingDeletion
    default: .accessDenied
    }
  }

  /// Takes the key away from the platform.
  func pull(_ account: CustomerAWSAccount) async throws {
    switch self {
    case .disableKey: try await account.kms("DisableKey")
    case .scheduleDeletion: try await account.kms("ScheduleKeyDeletion", ["PendingWindowInDays": 7])
    case .denyInline: try await account.setInlinePolicy("Deny")
    case .removeInline: try await account.removeInlinePolicy()
    case .deleteRole: try await account.deleteRole()
    case .denyTrust: try await account.setTrustPolicy("Deny")
    case .denyKeyPolicy: try await account.setKeyPolicy(denying: true)
    }
  }

  /// Gives the key back, as it was.
  func restore(_ account: CustomerAWSAccount) async throws {
    switch self {
    case .disableKey: try await account.kms("EnableKey")
    case .scheduleDeletion:
      try await account.kms("CancelKeyDeletion")
      try await account.kms("EnableKey")
    case .denyInline, .removeInline: try await account.setInlinePolicy("Allow")
    case .deleteRole: try await account.createRole()
    case .denyTrust: try await account.setTrustPolicy("Allow")
    case .denyKeyPolicy: try await account.setKeyPolicy(denying: false)
    }
  }
}

extension CustomerAWSAccount {
  /// Replaces the key's own policy: everything to the customer's account, and nothing to the role if it is denied.
  func setKeyPolicy(denying: Bool) async throws {
    let allow: JSONValue = [
      "Effect": "Allow", "Principal": ["AWS": .string("arn:aws:iam::\(StandInAWS.customerAccount):root")],
      "Action": "kms:*", "Resource": "*",
    ]
    let deny: JSONValue = [
      "Effect": "Deny", "Principal": ["AWS": .string(roleARN)], "Action": ["kms:Encrypt", "kms:Decrypt"],
      "Resource": "*",
    ]
    let policy: JSONValue = ["Version": "2012-10-17", "Statement": .array(denying ? [allow, deny] : [allow])]
    try await kms("PutKeyPolicy", ["PolicyName": "default", "Policy": .string(policy.canonicalText)])
  }
}
