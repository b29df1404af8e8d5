public import Cryptography

/// AgentSession is what an agent and the control plane must agree on: the agent's credential, the key of a session, and
/// how a bundle's data keys are encrypted under it.
///
/// An agent's credential for `POST /agent/v1/session`: an `agent_id` to be found by, `agt_<16 characters>`, and an
/// `agent_secret` to prove it, `ags_<43 characters>`.
public struct AgentCredential: Sendable {
  /// The public part: `agt_` and 16 digits and lowercase letters up to v.
  public let agentID: String
  /// The secret part: 32 random bytes.
  public let secret: SecretBytes

  static let idPrefix = "agt_"
  static let secretPrefix = "ags_"
  private static let alphabet = Array("0123456789abcdefghijklmnopqrstuv".utf8)

  private init(agentID: String, secret: SecretBytes) {
    self.agentID = agentID
    self.secret = secret
  }

  /// Makes a new credential.
  public static func generate(random: RandomSource = .system) -> AgentCredential {
    let id = String(decoding: random.bytes(16).map { alphabet[Int($0 & 31)] }, as: UTF8.self)
    return AgentCredential(agentID: idPrefix + id, secret: .random(count: 32, from: random))
  }

  /// Reads a presented credential; nil where either part isn't written exactly as it was issued.
  public init?(agentID: String, secret: String) {
    guard agentID.utf8.count == Self.idPrefix.utf8.count + 16, agentID.hasPrefix(Self.idPrefix),
      agentID.utf8.dropFirst(Self.idPrefix.utf8.count).allSatisfy(Self.alphabet.contains),
      secret.utf8.count == Self.secretPrefix.utf8.count + 43, secret.hasPrefix(Self.secretPrefix),
      let bytes = SecretBytes(base64: String(secret.dropFirst(Self.secretPrefix.count)), in: .urls), bytes.count == 32
    else { return nil }
    self.init(agentID: agentID, secret: bytes)
  }

  /// The `agent_secret` as the agent's owner gets it, once.
  public func exposedSecret() -> String { Self.secretPrefix + secret.exposedBase64URL() }

  /// What is stored of the secret: its SHA-256. It has too much entropy to need a slow hash, and no session key can be
  /// derived from the hash: ``SessionKey`` is an HMAC of the secret itself.
  public var secretHash: [UInt8] { secret.withUnsafeBytes { SHA256.hash([UInt8]($0)) } }
}
