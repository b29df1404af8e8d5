public import FoundationEssentials

/// `kms.verify.progress`: how the probe goes, told while it does; a ``VerifyKeyReply`` follows.
///
/// Verifier → API, at the address that the question names. It may be lost, and decides nothing.
public struct VerifyKeyProgress: Command {
  /// The command's name on the wire.
  public static let name = "kms.verify.progress"

  /// Where a stage stands.
  public enum State: String, Codable, Sendable, Equatable {
    /// It was begun.
    case started
    /// It was refused, and is tried again in a moment.
    case waiting
    /// It ended well.
    case passed
    /// It ended badly.
    case failed
  }

  /// The `message_id` of the question.
  public let inReplyTo: UUID
  /// The stage's name: `assume_role`.
  public let stage: String
  /// Where it stands.
  public let state: State
  /// How long it took, in milliseconds, once it has ended.
  public let ms: Int?
  /// One sentence: what came of it, or why it has to wait.
  public let detail: String?

  /// Takes the members as they are.
  public init(inReplyTo: UUID, stage: String, state: State, ms: Int? = nil, detail: String? = nil) {
    self.inReplyTo = inReplyTo
    self.stage = stage
    self.state = state
    self.ms = ms
    self.detail = detail
  }
}
