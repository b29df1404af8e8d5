import AgentSession
import Cryptography

extension SessionContext {
  static let sample = SessionContext(["tenant", "agent", "session", "issued", "expires"])

  /// Takes the members in the order of their declaration.
  init(_ fields: [String]) {
    self.init(tenantID: fields[0], agentID: fields[1], sessionID: fields[2], issuedAt: fields[3], expiresAt: fields[4])
  }

  /// Contexts that differ from the sample in one member, and those that only move characters between neighbours.
  static let neighbours: [SessionContext] = {
    let fields = ["tenant", "agent", "session", "issued", "expires"]
    let changed = fields.indices.map { index in
      var other = fields
      other[index] += "x"
      return SessionContext(other)
    }
    let moved = fields.indices.dropLast().map { index in
      var other = fields
      other[index + 1] = String(other[index].removeLast()) + other[index + 1]
      return SessionContext(other)
    }
    return changed + moved
  }()
}

extension ValueContext {
  static let sample = ValueContext(
    ["secret", "name", "type", "base", "environment", "value"], version: 7, expires: nil)

  init(_ fields: [String], version: UInt32, expires: String?) {
    self.init(
      secretID: fields[0], name: fields[1], type: fields[2], baseEnvironment: fields[3], environment: fields[4],
      valueID: fields[5], valueVersion: version, expiresAt: expires)
  }

  /// Contexts that differ from the sample in one member.
  static let neighbours: [ValueContext] = {
    let fields = ["secret", "name", "type", "base", "environment", "value"]
    let changed = fields.indices.map { index in
      var other = fields
      other[index] += "x"
      return ValueContext(other, version: 7, expires: nil)
    }
    return changed + [
      ValueContext(fields, version: 6, expires: nil), ValueContext(fields, version: 8, expires: nil),
      ValueContext(fields, version: 7, expires: ""), ValueContext(fields, version: 7, expires: "2030"),
      ValueContext(["name", "secret", "type", "base", "environment", "value"], version: 7, expires: nil),
      ValueContext(["secretn", "ame", "type", "base", "environment", "value"], version: 7, expires: nil),
    ]
  }()
}

extension SecretBytes {
  static let sample = SecretBytes(copying: 0..<32)
}
