public import FoundationEssentials

/// `kms.verify.reply`: what the probe found.
public struct VerifyKeyReply: Command {
  /// The command's name on the wire.
  public static let name = "kms.verify.reply"

  /// The `message_id` of the question: an old reply, though authentic, answers nothing else.
  public let inReplyTo: UUID
  /// What the probe found.
  public let outcome: Outcome

  /// Takes the members as they are.
  public init(inReplyTo: UUID, outcome: Outcome) {
    self.inReplyTo = inReplyTo
    self.outcome = outcome
  }

  /// What the probe found.
  public enum Outcome: Codable, Sendable, Equatable {
    /// Every stage passed.
    case verified(Verification)
    /// A stage failed; nothing was wrapped.
    case refused(Refusal)
  }

  /// One stage of the verification, as the caller sees it.
  public struct Check: Codable, Sendable, Equatable {
    /// The stage's name: `assume_role`.
    public let stage: String
    /// Whether it passed.
    public let ok: Bool
    /// How long it took, in milliseconds.
    public let ms: Int
    /// One sentence.
    public let detail: String

    /// Takes the members as they are.
    public init(stage: String, ok: Bool, ms: Int, detail: String) {
      self.stage = stage
      self.ok = ok
      self.ms = ms
      self.detail = detail
    }
  }

  /// A probe that passed.
  public struct Verification: Codable, Sendable, Equatable {
    /// The stages in order.
    public let checks: [Check]
    /// What the operator should know, though it doesn't forbid the key.
    public let warnings: [String]
    /// The key that answered, by its own ARN.
    public let wrappingKey: String
    /// The new tenant master key, wrapped; nil where none was asked for.
    public let wrappedKey: Data?

    /// Takes the members as they are.
    public init(checks: [Check], warnings: [String], wrappingKey: String, wrappedKey: Data?) {
      self.checks = checks
      self.warnings = warnings
      self.wrappingKey = wrappingKey
      self.wrappedKey = wrappedKey
    }
  }

  /// A probe that failed, in the terms of `errors.md`.
  public struct Refusal: Codable, Sendable, Equatable {
    /// `access_denied`, …
    public let reason: String
    /// The stage that failed.
    public let stage: String
    /// The provider's own code, where one came.
    public let providerCode: String?
    /// What to do about it.
    public let hint: String

    /// Takes the members as they are.
    public init(reason: String, stage: String, providerCode: String?, hint: String) {
      self.reason = reason
      self.stage = stage
      self.providerCode = providerCode
      self.hint = hint
    }
  }
}
