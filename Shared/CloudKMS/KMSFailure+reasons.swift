extension KMSFailure.Reason {
  /// The platform has no credentials of its own.
  public static let noCredentials = Self(rawValue: "no_credentials")
  /// The role, its trust policy, or the key's policy does not let us.
  public static let accessDenied = Self(rawValue: "access_denied")
  /// The key service's firewall keeps the platform's address out.
  public static let networkDenied = Self(rawValue: "network_denied")
  /// The platform's own credentials are not accepted.
  public static let platformCredentials = Self(rawValue: "platform_credentials")
  /// The platform's credentials expired.
  public static let expiredToken = Self(rawValue: "expired_token")
  /// The provider does not accept our signature.
  public static let platformSignature = Self(rawValue: "platform_signature")
  /// The region's token service is switched off for the account.
  public static let regionDisabled = Self(rawValue: "region_disabled")
  /// The provider refuses a field of the request.
  public static let invalidRequest = Self(rawValue: "invalid_request")
  /// There is no such key.
  public static let keyNotFound = Self(rawValue: "key_not_found")
  /// The key is disabled.
  public static let keyDisabled = Self(rawValue: "key_disabled")
  /// The key is about to be deleted.
  public static let keyPendingDeletion = Self(rawValue: "key_pending_deletion")
  /// The key is in a state that may pass: being created or updated, its key store out of reach.
  public static let keyUnavailable = Self(rawValue: "key_unavailable")
  /// The key does not encrypt and decrypt symmetrically.
  public static let wrongKeyType = Self(rawValue: "wrong_key_type")
  /// The alias points to another key than the one that wrapped.
  public static let keyChanged = Self(rawValue: "key_changed")
  /// Ciphertext, key and context don't belong together.
  public static let integrity = Self(rawValue: "integrity")
  /// No answer that could be understood.
  public static let unreachable = Self(rawValue: "unreachable")
  /// The provider asks for fewer requests.
  public static let throttled = Self(rawValue: "throttled")
  /// The role can be assumed without the tenant's external ID.
  public static let externalIDNotEnforced = Self(rawValue: "external_id_not_enforced")
}

extension KMSFailure {
  static func unreachable(_ hint: String, stage: VerificationStage?, providerCode: String? = nil) -> KMSFailure {
    KMSFailure(
      reason: .unreachable, stage: stage, providerCode: providerCode, isPermanent: false, seal: .untilTTL, hint: hint)
  }

  static func changedKey(stage: VerificationStage) -> KMSFailure {
    KMSFailure(
      reason: .integrity, stage: stage, isPermanent: true, seal: .now,
      hint: "The key service decrypted to other bytes than were encrypted. This is not a matter of permissions.")
  }
}
