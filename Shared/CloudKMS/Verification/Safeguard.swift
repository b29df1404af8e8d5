/// A stage of a verification that one cloud needs and others don't: it tries what must be refused.
public struct Safeguard: Sendable {
  /// What came of it.
  public struct Finding: Sendable, Hashable {
    /// One sentence.
    public var detail: String
    /// What the operator should know; nil where all is well.
    public var warning: String?

    /// Creates a finding. Default: all is well.
    public init(detail: String, warning: String? = nil) {
      self.detail = detail
      self.warning = warning
    }
  }

  let stage: VerificationStage
  let check: @Sendable (VerificationPolicy) async throws(KMSFailure) -> Finding

  /// Describes a safeguard.
  /// - Parameters:
  ///   - stage: the stage's name.
  ///   - check: tries it, and throws what forbids the key by the deployment's policy.
  public init(
    stage: VerificationStage, check: @escaping @Sendable (VerificationPolicy) async throws(KMSFailure) -> Finding
  ) {
    self.stage = stage
    self.check = check
  }
}
