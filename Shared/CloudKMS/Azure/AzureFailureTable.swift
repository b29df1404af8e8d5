typealias AzureFailureRow = FailureRow<AzureService>

/// What each of Microsoft's error codes means for a tenant: of the vault the inner code where the table knows it, else the
/// outer one; of Entra ID the `AADSTS` number (Entra ID, "Microsoft Entra authentication and authorization error codes"),
/// else the error of RFC 6749. The first row that matches holds.
enum AzureFailureTable {
  static let rows: [AzureFailureRow] = platform + denials + keys + transient

  /// Ours to mend, not the customer's.
  private static let platform = [
    AzureFailureRow(
      services: [.entra], codes: ["AADSTS7000215", "AADSTS7000222", "AADSTS700025"],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "Entra ID does not accept the application's secret: what the variable in client_secret_env_var holds is "
        + "wrong or has expired. Whoever runs this service has to set a new one, as made for client_id."),
    AzureFailureRow(
      services: [.entra],
      codes: [
        "AADSTS700024", "AADSTS700027", "AADSTS70021", "AADSTS700211", "AADSTS700212", "AADSTS700213", "AADSTS7002138",
      ],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "The application does not trust the platform's own identity: its federated credential names another "
        + "issuer, subject or audience, the token has expired, or the platform's clock is off. This is the operator's to "
        + "mend, not the customer's."),
    AzureFailureRow(
      services: [.entra], codes: ["invalid_client"],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "Entra ID does not accept the platform's credentials. This is the operator's to mend, not the customer's."),
    AzureFailureRow(
      services: [.vault], codes: ["Unauthorized"],
      reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "The key vault does not accept the platform's token, though it is new. Check azure_tenant_id: it must be "
        + "the directory that the vault is in."),
  ]

  /// What the customer's policies say.
  private static let denials = [
    AzureFailureRow(
      services: [.entra],
      codes: [
        "AADSTS700016", "AADSTS90002", "AADSTS900023", "AADSTS7000112", "AADSTS7000229", "AADSTS500014", "AADSTS53003",
      ],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "The directory does not let the application in. Check, in this order: azure_tenant_id; client_id; that the "
        + "application is registered there, or was consented to, and is enabled; that no Conditional Access policy "
        + "keeps it out."),
    AzureFailureRow(
      services: [.vault], codes: ["ForbiddenByFirewall", "ForbiddenByConnection"],
      reason: .networkDenied, isPermanent: true, seal: .now, hint: networkHint),
    AzureFailureRow(
      services: [.vault], codes: ["Forbidden"], marker: "client address is not authorized",
      reason: .networkDenied, isPermanent: true, seal: .now, hint: networkHint),
    AzureFailureRow(
      services: [.vault], codes: ["KeyOperationForbidden"],
      reason: .wrongKeyType, isPermanent: true, seal: .reject, hint: wrongKeyHint),
    AzureFailureRow(
      services: [.vault], codes: ["KeyDisabled"],
      reason: .keyDisabled, isPermanent: true, seal: .now,
      hint: disabledHint),
    AzureFailureRow(
      services: [.vault], codes: ["Forbidden"], marker: "disabled key",
      reason: .keyDisabled, isPermanent: true, seal: .now,
      hint: disabledHint),
    AzureFailureRow(
      services: [.vault], codes: ["Forbidden"], marker: "expired key",
      reason: .keyUnavailable, isPermanent: false, seal: .untilTTL,
      hint: "The key has expired: it unwraps, but wraps nothing new. Set a later expiration date, or make a new "
        + "version."),
    AzureFailureRow(
      services: [.vault], codes: ["ForbiddenByRbac", "ForbiddenByPolicy", "AccessDenied", "Forbidden"],
      reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "The application may not use the key. Give it the role Key Vault Crypto User on exactly this key; in a "
        + "managed HSM, its local role Managed HSM Crypto Service Encryption User; in a vault with access policies, the "
        + "key permissions Get, Wrap Key and Unwrap Key. A new role takes some minutes to arrive."),
  ]

  /// What the customer's key is like.
  private static let keys = [
    AzureFailureRow(
      services: [.vault], codes: ["KeyNotFound", "NotFound", "VaultNotFound"],
      reason: .keyNotFound, isPermanent: true, seal: .now,
      hint:
        "There is no such key. Check the vault and the key in kms_key_ref. A key or a vault that was deleted lately "
        + "can be recovered: az keyvault key recover, az keyvault recover."),
    AzureFailureRow(
      services: [.vault], codes: ["BadParameter"], marker: "incompatible",
      reason: .wrongKeyType, isPermanent: true, seal: .reject, hint: wrongKeyHint),
    AzureFailureRow(
      services: [.vault], codes: ["BadParameter"],
      reason: .integrity, isPermanent: true, seal: .now,
      hint: "The key vault can't unwrap this: the ciphertext, the key version or the algorithm is not what was wrapped "
        + "with. This is not a matter of permissions."),
  ]

  /// What passes by itself.
  private static let transient = [
    AzureFailureRow(
      services: [.vault, .entra, .metadata],
      codes: ["Throttled", "TooManyRequests", "AADSTS50196", "AADSTS90055", "429"],
      reason: .throttled, isPermanent: false, seal: .untilTTL,
      hint: "Azure asks for fewer requests: the quota is that of the vault, shared with all its other users."),
    AzureFailureRow(
      services: [.vault, .entra, .metadata],
      codes: [
        "InternalServerError", "InternalError", "ServiceUnavailable", "ServerBusy", "RequestTimeout",
        "temporarily_unavailable", "server_error", "AADSTS90033", "AADSTS90006",
      ],
      reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "Azure answered that it can't serve the request just now; it is tried again. Azure's status page shows the "
        + "region's."),
  ]

  static let wrongKeyHint =
    "The key is of the wrong type. An RSA key of 2048 bits or more is needed, with the operations wrapKey and unwrapKey."

  private static let disabledHint =
    "The key is disabled. Enable it again in Key Vault: the version that wrapped, which need not be the newest."

  private static let networkHint =
    "The vault's firewall keeps the platform out. Allow the platform's egress addresses under Networking, or public "
    + "access; the role on the key is needed as well."
}

extension KMSFailure {
  static func wrongVaultKey(stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .wrongKeyType, stage: stage, isPermanent: true, seal: .reject, hint: AzureFailureTable.wrongKeyHint)
  }

  /// The vault's name does not resolve, though others do.
  static func vaultGone(stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .keyNotFound, stage: stage, isPermanent: true, seal: .now,
      hint: "There is no such key vault: its name does not resolve. Check vault_url. A vault that was deleted lately "
        + "can be recovered: az keyvault recover.")
  }
}
