public import FoundationEssentials

/// `kms.verify`: probe a candidate key of a tenant and, if a version is named, wrap a new tenant master key under it.
///
/// API → verifier, answered by ``VerifyKeyReply`` at the address that the question names.
public struct VerifyKey: Command {
  /// The command's name on the wire.
  public static let name = "kms.verify"

  /// Whose key.
  public let tenantID: UUID
  /// The onboarding body as canonical JSON, validated by the sender and again by the receiver.
  public let candidate: String
  /// The version that the probe's encryption context names, and that a new key would have.
  public let keyVersion: Int32
  /// Whether a new tenant master key is wanted once the probe has passed.
  public let wrapsNewKey: Bool
  /// Whether each step is told as a ``VerifyKeyProgress``, ahead of the answer, which takes its time.
  public let tellsProgress: Bool
  /// After this instant nobody waits for the answer any more.
  public let deadline: Date

  /// Takes the members as they are. Default: each step is told.
  public init(
    tenantID: UUID, candidate: String, keyVersion: Int32, wrapsNewKey: Bool, tellsProgress: Bool = true, deadline: Date
  ) {
    self.tenantID = tenantID
    self.candidate = candidate
    self.keyVersion = keyVersion
    self.wrapsNewKey = wrapsNewKey
    self.tellsProgress = tellsProgress
    self.deadline = deadline
  }

  /// Reads what any version of the services sent: one that doesn't say wants to be told.
  public init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      tenantID: try members.decode(UUID.self, forKey: .tenantID),
      candidate: try members.decode(String.self, forKey: .candidate),
      keyVersion: try members.decode(Int32.self, forKey: .keyVersion),
      wrapsNewKey: try members.decode(Bool.self, forKey: .wrapsNewKey),
      tellsProgress: try members.decodeIfPresent(Bool.self, forKey: .tellsProgress) ?? true,
      deadline: try members.decode(Date.self, forKey: .deadline))
  }

  private enum CodingKeys: String, CodingKey {
    case tenantID = "tenant_id"
    case candidate
    case keyVersion = "key_version"
    case wrapsNewKey = "wraps_new_key"
    case tellsProgress = "tells_progress"
    case deadline
  }
}
