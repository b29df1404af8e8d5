typealias AWSFailureRow = FailureRow<AWSService>

/// What each of AWS's error codes means for a tenant. The first row that matches holds.
///
/// Codes decide, never HTTP statuses: KMS answers a denial with 400 where AWS's generic pages say 403.
enum AWSFailureTable {
  static let rows: [AWSFailureRow] = platform + denials + keys + transient

  /// Ours to mend, not the customer's.
  private static let platform = [
    AWSFailureRow(
      services: [.sts, .kms],
      codes: [
        "InvalidClientTokenId", "UnrecognizedClientException", "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
      ],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "AWS does not know the platform's own credentials. This is the operator's to mend, not the customer's. "
        + "In a region that is opt-in, tokens of a regional STS endpoint are needed."),
    AWSFailureRow(
      services: [.sts, .kms], codes: ["ExpiredToken", "ExpiredTokenException"],
      reason: .expiredToken, isPermanent: false, seal: .no,
      hint: "The platform's own credentials have expired; they are refreshed by themselves."),
    AWSFailureRow(
      services: [.sts, .kms],
      codes: ["SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature", "RequestExpired"],
      reason: .platformSignature, isPermanent: true, seal: .untilTTL,
      hint: "AWS does not accept the platform's signature: its secret access key is wrong, or its clock is off by "
        + "minutes. This is the operator's to mend, not the customer's."),
    AWSFailureRow(
      services: [.sts], codes: ["RegionDisabledException"],
      reason: .regionDisabled, isPermanent: true, seal: .untilTTL,
      hint: "STS is not active in the key's region. Activate it under IAM, Account settings, Endpoints."),
  ]

  /// What the customer's policies say.
  private static let denials = [
    AWSFailureRow(
      services: [.sts], codes: ["AccessDenied", "AccessDeniedException"],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "The role does not let the platform in. Check, in this order: the trust policy's Principal is the "
        + "platform's; its condition StringEquals sts:ExternalId is exactly the external ID given here; the role's name "
        + "in role_arn. GET /admin/tenant-kms/platform shows the trust policy to use."),
    AWSFailureRow(
      services: [.sts, .kms],
      codes: ["ValidationError", "ValidationException", "InvalidParameterValue", "InvalidArnException"],
      reason: .invalidRequest, isPermanent: true, seal: .reject,
      hint: "AWS refuses a field of the request as malformed: role_arn or external_id when the role is assumed, "
        + "kms_key_ref when the key is used. Copy them from the console."),
    AWSFailureRow(
      services: [.kms], codes: ["AccessDeniedException", "AccessDenied"],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint:
        "The role may not use the key. Check that its permission policy allows kms:Encrypt and kms:Decrypt on exactly "
        + "this key's ARN, that the key's own policy lets the account delegate to IAM, and that no policy denies it. "
        + "A wrong region looks like this too."),
  ]

  /// What the customer's key is like.
  private static let keys = [
    AWSFailureRow(
      services: [.kms], codes: ["NotFoundException"],
      reason: .keyNotFound, isPermanent: true, seal: .now,
      hint: "There is no such key. Check the region and the account in its ARN; if it is an alias, that it exists."),
    AWSFailureRow(
      services: [.kms], codes: ["DisabledException"],
      reason: .keyDisabled, isPermanent: true, seal: .now,
      hint: "The key is disabled. Enable it again in AWS KMS."),
    AWSFailureRow(
      services: [.kms], codes: ["KMSInvalidStateException"], marker: "pending deletion",
      reason: .keyPendingDeletion, isPermanent: true, seal: .now,
      hint: "The key is pending deletion. Cancel the deletion and enable the key before its waiting period, which AWS "
        + "KMS shows, is over: after that no one can decrypt what it wrapped."),
    AWSFailureRow(
      services: [.kms], codes: ["KMSInvalidStateException"],
      reason: .keyUnavailable, isPermanent: false, seal: .untilTTL,
      hint: "The key is in a state in which it can't be used: being created or updated, waiting for its key material, "
        + "or out of its key store's reach. AWS KMS shows which."),
    AWSFailureRow(
      services: [.kms], codes: ["InvalidKeyUsageException", "UnsupportedOperationException"],
      reason: .wrongKeyType, isPermanent: true, seal: .reject,
      hint: "The key is of the wrong type. A symmetric key for encryption and decryption is needed: key usage "
        + "ENCRYPT_DECRYPT, key spec SYMMETRIC_DEFAULT."),
    AWSFailureRow(
      services: [.kms], codes: ["IncorrectKeyException"],
      reason: .keyChanged, isPermanent: true, seal: .now,
      hint:
        "Another key wrapped this than the one named now. Does the alias point elsewhere? Point it back, or onboard "
        + "the new key as a replacement."),
    AWSFailureRow(
      services: [.kms], codes: ["InvalidCiphertextException"],
      reason: .integrity, isPermanent: true, seal: .now,
      hint:
        "The ciphertext, or the encryption context it is bound to, is not what was wrapped. This is not a matter of "
        + "permissions."),
  ]

  /// What passes by itself.
  private static let transient = [
    AWSFailureRow(
      services: [.sts, .kms],
      codes: [
        "ThrottlingException", "Throttling", "LimitExceededException", "RequestLimitExceeded",
        "TooManyRequestsException",
      ],
      reason: .throttled, isPermanent: false, seal: .untilTTL,
      hint: "AWS asks for fewer requests: the quota is that of the customer's account and region, shared with all its "
        + "other users."),
    AWSFailureRow(
      services: [.sts, .kms],
      codes: [
        "KeyUnavailableException", "KMSInternalException", "DependencyTimeoutException", "InternalFailure",
        "InternalError", "InternalServerError", "ServiceUnavailable", "ServiceUnavailableException",
      ],
      reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint:
        "AWS answered that it can't serve the request just now; it is tried again. AWS's health dashboard shows the "
        + "region's status."),
  ]
}
