typealias GCPFailureRow = FailureRow<GCPService>

/// What each of Google's error codes means for a tenant: the reason of an `ErrorInfo` where the table knows it, else the
/// `status` (google.rpc.Code). The first row that matches holds.
enum GCPFailureTable {
  static let rows: [GCPFailureRow] = platform + denials + keys + transient

  /// Ours to mend, not the customer's.
  private static let platform = [
    GCPFailureRow(
      services: [.token],
      codes: [
        "invalid_grant", "invalid_client", "invalid_request", "invalid_scope", "unauthorized_client",
        "unsupported_grant_type",
      ],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "Google does not accept the platform's own service account: its key was deleted or disabled, or the "
        + "platform's clock is off by minutes. This is the operator's to mend, not the customer's."),
    GCPFailureRow(
      services: [.sts],
      codes: [
        "invalid_grant", "invalid_client", "invalid_request", "invalid_scope", "invalid_target", "unauthorized_client",
        "unsupported_grant_type", "access_denied", "PERMISSION_DENIED", "UNAUTHENTICATED", "INVALID_ARGUMENT",
        "NOT_FOUND", "FAILED_PRECONDITION",
      ],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "Google does not accept the identity that the platform has elsewhere: the workload identity pool or its "
        + "provider is gone or disabled, trusts another issuer or audience, its condition says no, or the token has "
        + "expired. This is the operator's to mend, not the customer's."),
    GCPFailureRow(
      services: [.impersonation],
      codes: [
        "PERMISSION_DENIED", "NOT_FOUND", "UNAUTHENTICATED", "INVALID_ARGUMENT", "FAILED_PRECONDITION",
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
      ],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "The platform may not act as its own service account: the account is gone or disabled, or the workload "
        + "lacks roles/iam.workloadIdentityUser on it. This is the operator's to mend, not the customer's."),
    GCPFailureRow(
      services: [.iamCredentials, .kms], codes: ["UNAUTHENTICATED"],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "Google does not accept the platform's access token. This is the operator's to mend, not the customer's."),
    GCPFailureRow(
      services: [.iamCredentials], codes: ["ACCESS_TOKEN_SCOPE_INSUFFICIENT"],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "The platform's access token lacks the scope cloud-platform: the machine it runs on was created with "
        + "narrower access scopes. This is the operator's to mend, not the customer's."),
  ]

  /// What the customer's policies say.
  private static let denials = [
    GCPFailureRow(
      services: [.iamCredentials], codes: ["PERMISSION_DENIED", "NOT_FOUND"],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "The platform may not impersonate the service account. Check, in this order: the address in "
        + "impersonate_service_account; that the account is enabled; that the platform's principal has "
        + "roles/iam.serviceAccountTokenCreator on exactly this account; that the IAM Service Account Credentials API is "
        + "enabled."),
    GCPFailureRow(
      services: [.iamCredentials], codes: ["INVALID_ARGUMENT", "FAILED_PRECONDITION"],
      reason: .invalidRequest, isPermanent: true, seal: .reject,
      hint: "Google refuses impersonate_service_account. Copy the address from the console."),
    GCPFailureRow(
      services: [.kms], codes: ["PERMISSION_DENIED"],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "The service account may not use the key. Give it roles/cloudkms.cryptoKeyEncrypterDecrypter on exactly "
        + "this key, and check that the Cloud KMS API is enabled and that no deny policy forbids it."),
  ]

  /// What the customer's key is like.
  private static let keys = [
    GCPFailureRow(
      services: [.kms], codes: ["NOT_FOUND"],
      reason: .keyNotFound, isPermanent: true, seal: .now,
      hint: "There is no such key. Check the project, the location, the key ring and the key in kms_key_ref."),
    GCPFailureRow(
      services: [.kms], codes: ["FAILED_PRECONDITION"], marker: "destroy",
      reason: .keyPendingDeletion, isPermanent: true, seal: .now,
      hint: "The key version is destroyed or scheduled to be. Restore and enable it before its scheduled time, which "
        + "Cloud KMS shows: after that no one can decrypt what it wrapped."),
    GCPFailureRow(
      services: [.kms], codes: ["FAILED_PRECONDITION"], marker: "disabled",
      reason: .keyDisabled, isPermanent: true, seal: .now,
      hint: "The key version is disabled. Enable it again in Cloud KMS: the version that wrapped, which need not be "
        + "the primary one."),
    GCPFailureRow(
      services: [.kms], codes: ["FAILED_PRECONDITION"],
      reason: .keyUnavailable, isPermanent: false, seal: .untilTTL,
      hint: "The key is in a state in which it can't be used: being generated or imported, or its key manager out of "
        + "reach. Cloud KMS shows which."),
    GCPFailureRow(
      services: [.kms], codes: ["INVALID_ARGUMENT"], marker: "purpose",
      reason: .wrongKeyType, isPermanent: true, seal: .reject,
      hint: "The key is of the wrong type. A symmetric key is needed: purpose ENCRYPT_DECRYPT."),
    GCPFailureRow(
      services: [.kms], codes: ["INVALID_ARGUMENT"],
      reason: .integrity, isPermanent: true, seal: .now,
      hint: "The ciphertext, or the additional authenticated data it is bound to, is not what was wrapped. This is not "
        + "a matter of permissions."),
  ]

  /// What passes by itself.
  private static let transient = [
    GCPFailureRow(
      services: [.iamCredentials, .kms, .sts, .impersonation], codes: ["RESOURCE_EXHAUSTED"],
      reason: .throttled, isPermanent: false, seal: .untilTTL,
      hint: "Google asks for fewer requests: the quota is that of a project, shared with all its other users."),
    GCPFailureRow(
      services: [.iamCredentials, .kms, .sts, .impersonation],
      codes: [
        "ABORTED", "CANCELLED", "DEADLINE_EXCEEDED", "INTERNAL", "UNAVAILABLE", "UNKNOWN", "server_error",
        "temporarily_unavailable",
      ],
      reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "Google answered that it can't serve the request just now; it is tried again. Google Cloud's status page "
        + "shows the location's."),
  ]
}
