/// Why a key could not be used, and what that means for its tenant.
///
/// Nothing in it is secret, and nothing in it is the provider's free text: a code is kept only where it looks like one.
/// All of it but ``operatorDetail`` is for the tenant to see.
public struct KMSFailure: Error, Sendable, Hashable {
  /// What is wrong, by the names that the API shows.
  public struct Reason: RawRepresentable, Sendable, Hashable {
    /// The name, in snake case.
    public let rawValue: String

    /// Creates a reason by its name.
    public init(rawValue: String) { self.rawValue = rawValue }
  }

  /// What becomes of the tenant.
  public enum Seal: String, Sendable, Hashable {
    /// Drop cached keys and seal at once.
    case now
    /// Serve from the cache until its time is over, then seal as unreachable.
    case untilTTL = "ttl"
    /// Neither the tenant's fault nor fatal.
    case no
    /// Refuse the configuration; what is in place stays.
    case reject
  }

  /// What is wrong.
  public var reason: Reason
  /// The stage of the verification, or the same step of an ordinary use, that failed.
  public var stage: VerificationStage?
  /// The provider's own code, where one came: `DisabledException`.
  public var providerCode: String?
  /// Whether it stays until somebody acts; otherwise it may pass by itself.
  public var isPermanent: Bool
  /// What becomes of the tenant.
  public var seal: Seal
  /// What to do about it, for whoever set up the key.
  public var hint: String
  /// What only the operator of the service should see, such as which files and addresses of the platform's were tried: for
  /// logs and the doctor, never for an answer. Default: nothing.
  public var operatorDetail: String?

  /// Whether trying again a little later may help.
  public var isRetriable: Bool { !isPermanent }

  /// What to do about it, for the operator: the hint, and the detail behind it.
  public var operatorHint: String { operatorDetail.map { "\(hint) \($0)" } ?? hint }

  /// Creates a failure. Default: nothing that only the operator should see.
  public init(
    reason: Reason, stage: VerificationStage? = nil, providerCode: String? = nil, isPermanent: Bool, seal: Seal,
    hint: String, operatorDetail: String? = nil
  ) {
    self.reason = reason
    self.stage = stage
    self.providerCode = providerCode
    self.isPermanent = isPermanent
    self.seal = seal
    self.hint = hint
    self.operatorDetail = operatorDetail
  }
}

extension KMSFailure: CustomStringConvertible {
  /// Reason, stage and code: `key_disabled at decrypt (DisabledException)`.
  public var description: String {
    let place = stage.map { " at \($0.rawValue)" } ?? ""
    let code = providerCode.map { " (\($0))" } ?? ""
    return reason.rawValue + place + code
  }
}
