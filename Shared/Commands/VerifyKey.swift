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
  /// After this instant nobody waits for the answer any more.
  public let deadline: Date

  /// Takes the members as they are.
  public init(tenantID: UUID, candidate: String, keyVersion: Int32, wrapsNewKey: Bool, deadline: Date) {
    self.tenantID = tenantID
    self.candidate = candidate
    self.keyVersion = keyVersion
    self.wrapsNewKey = wrapsNewKey
    self.deadline = deadline
  }

  private enum CodingKeys: String, CodingKey {
    case tenantID = "tenant_id"
    case candidate
    case keyVersion = "key_version"
    case wrapsNewKey = "wraps_new_key"
    case deadline
  }
}
