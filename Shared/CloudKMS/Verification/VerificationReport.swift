/// What a verification that passed has found.
public struct VerificationReport: Sendable, Hashable {
  /// The stages in order.
  public var checks: [VerificationCheck]

  /// What the operator should know, though it doesn't forbid the key.
  public var warnings: [String]

  /// The key that answered, behind whatever alias: an ARN, or the version of a key.
  public var keyReference: String

  /// Creates a report.
  public init(checks: [VerificationCheck], warnings: [String], keyReference: String) {
    self.checks = checks
    self.warnings = warnings
    self.keyReference = keyReference
  }
}

/// One stage of a verification.
public struct VerificationCheck: Sendable, Hashable {
  /// Which stage.
  public var stage: VerificationStage
  /// Whether it passed.
  public var ok: Bool
  /// How long it took with all its attempts, in milliseconds.
  public var ms: Int
  /// One sentence; holds neither a secret nor the provider's text.
  public var detail: String

  /// Creates a check.
  public init(stage: VerificationStage, ok: Bool, ms: Int, detail: String) {
    self.stage = stage
    self.ok = ok
    self.ms = ms
    self.detail = detail
  }
}

/// How a verification goes on, told while it does.
public enum VerificationProgress: Sendable, Hashable {
  /// A stage begins.
  case started(VerificationStage)
  /// A stage was denied and is tried again after a while, since changes of permissions take time to arrive.
  case waiting(VerificationStage, KMSFailure)
  /// A stage has ended, well or badly.
  case finished(VerificationCheck)
}
