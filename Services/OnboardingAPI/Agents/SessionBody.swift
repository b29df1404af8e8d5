import AgentSession
import FoundationEssentials
import JSON

/// The body of `POST /agent/v1/session`, checked.
struct SessionBody: Sendable {
  /// The longest body, in bytes.
  static let limit = 16 << 10
  /// How far the timestamp may be from our clock, either way: what a request is worth to a thief.
  static let window: TimeInterval = 300
  /// How far the clocks of two API processes may be apart: so much longer a nonce is kept than its timestamp is accepted.
  static let clockTolerance: TimeInterval = 60

  /// Nil where it isn't written as any credential is: then nobody's.
  let credential: AgentCredential?
  let machineFingerprint: String
  let nonce: String
  /// From when on no process accepts the timestamp, and the nonce may be forgotten.
  let nonceExpiresAt: Date

  /// - Parameter time: now.
  /// - Throws: 400 `validation_error` with everything that is wrong.
  init(_ json: JSONValue, at time: Date) throws(APIError) {
    var fields = try BodyReader(json, knownNames: Self.names)
    let agentID = fields.string("agent_id", length: 1...256, isRequired: true)
    let secret = fields.string("agent_secret", length: 1...256, isRequired: true)
    let fingerprint = fields.text("machine_fingerprint", length: 1...255, isRequired: true)
    let nonce = fields.string("nonce", length: 16...128, isRequired: true)
    if let nonce, !nonce.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) {
      fields.refuse("nonce", "must consist of visible ASCII characters")
    }
    let timestamp = fields.timestamp("timestamp")
    if json["timestamp"] ?? .null == .null { fields.refuse("timestamp", "is required") }
    if let timestamp, abs(timestamp.timeIntervalSince(time)) > Self.window {
      fields.refuse("timestamp", "must be within \(Int(Self.window)) seconds of this server's clock")
    }
    try fields.finish()
    credential = AgentCredential(agentID: agentID ?? "", secret: secret ?? "")
    machineFingerprint = fingerprint ?? ""
    self.nonce = nonce ?? ""
    nonceExpiresAt = (timestamp ?? time).addingTimeInterval(Self.window + Self.clockTolerance)
  }

  private static let names: Set<String> = ["agent_id", "agent_secret", "machine_fingerprint", "nonce", "timestamp"]
}
