import CloudKMS

extension ProviderGuide {
  /// A role that trusts us, and a key.
  static func aws(_ guide: PlatformGuide) -> ProviderGuide {
    let facts = guide.principal.map { principal in
      [
        Fact(id: "account", name: "Our account", text: principal.accountID),
        Fact(id: "principal", name: "Our principal", text: principal.roleARN),
        Fact(id: "external-id", name: "External ID", text: guide.externalID, isBlank: true),
      ]
    }
    return ProviderGuide(
      provider: "aws", name: "AWS KMS", place: "your AWS account", isFirst: true, unknown: guide.failure?.hint,
      facts: facts ?? [],
      steps: [
        Step(
          id: "trust-policy", title: "The role's trust policy",
          why: "Create an IAM role with this trust policy: only we may assume it, and only on your behalf.",
          text: guide.trustPolicy),
        Step(
          id: "permission-policy", title: "The role's permission policy",
          why: "It allows two actions, on one key, for your tenant's data alone.", text: guide.permissionPolicy),
      ],
      fields: [
        Field(name: "config.region", label: "Region", placeholder: "us-east-1", length: 32),
        Field(
          name: "kms_key_ref", label: "KMS key ARN", placeholder: "arn:aws:kms:us-east-1:111122223333:key/…",
          length: 2048),
        Field(
          name: "config.role_arn", label: "Role ARN", placeholder: "arn:aws:iam::111122223333:role/…", length: 2048),
        Field(
          name: "config.external_id", label: "External ID", placeholder: "", length: 1224, value: guide.externalID),
      ])
  }
}
