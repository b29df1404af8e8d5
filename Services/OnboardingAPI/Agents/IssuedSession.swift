import AgentSession
import Commands
import Envelope
import FoundationEssentials
import JSON
import MasterKeys
import Repository

/// A session and its bundle, as the answer says them; good for nothing until the session is stored.
struct IssuedSession: Sendable {
  let id: UUID
  let keyID: String
  let issuedAt: Date
  let expiresAt: Date
  let json: JSONValue
  let valueCount: Int
  let withheldCount: Int

  /// Makes a session: derives its key and encrypts the values' data keys under it. The values themselves stay encrypted.
  /// - Parameters:
  ///   - masterKeys: by version, of every value that isn't erased.
  ///   - time: now.
  ///   - lifetime: in seconds.
  init(
    of tenantID: UUID, to credential: AgentCredential, nonce: String, contents: BundleContents,
    masterKeys: [Int32: MasterKey], at time: Date, lifetime: Int
  ) throws {
    id = .v7(at: time)
    issuedAt = time
    expiresAt = time.addingTimeInterval(TimeInterval(lifetime))
    let context = SessionContext(
      tenantID: tenantID.text, agentID: credential.agentID, sessionID: id.text,
      issuedAt: .timestamp(issuedAt), expiresAt: .timestamp(expiresAt))
    let key = try SessionKey.derive(from: credential.secret, nonce: nonce, for: context)
    keyID = key.id
    var bundle = try SessionBundle(
      tenantID: tenantID, masterKeys: masterKeys, cipher: SessionCipher(key: key, context: context), at: time)
    for value in contents.values { try bundle.add(value) }
    valueCount = bundle.values.count
    withheldCount = bundle.withheld.count
    json = [
      "session_id": .string(context.sessionID), "expires_at": .string(context.expiresAt),
      "ttl_seconds": .integer(lifetime), "session_key_id": .string(key.id),
      "bundle": [
        "format": .string(SessionCipher.format), "tenant_id": .string(context.tenantID),
        "agent_id": .string(context.agentID), "issued_at": .string(context.issuedAt),
        "values": .array(bundle.values), "withheld": .array(bundle.withheld),
      ],
    ]
  }
}
