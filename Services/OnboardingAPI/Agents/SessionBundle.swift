import AgentSession
import Commands
import Cryptography
import Envelope
import FoundationEssentials
import JSON
import MasterKeys
import Repository

/// A bundle as it grows.
///
/// It is whole, but for what nobody may or can read: that is named with the reason. One value that is gone for good must
/// not keep an agent from all others, and a silent gap would look like a secret that was never there.
struct SessionBundle {
  private(set) var values: [JSONValue] = []
  private(set) var withheld: [JSONValue] = []

  private let tenantID: UUID
  private let cipher: SessionCipher
  private let time: Date
  private let ciphers: [Int32: EnvelopeCipher]

  init(tenantID: UUID, masterKeys: [Int32: MasterKey], cipher: SessionCipher, at time: Date) throws {
    self.tenantID = tenantID
    self.cipher = cipher
    self.time = time
    ciphers = try masterKeys.mapValues {
      try EnvelopeCipher(key: $0.key, kind: .dataKey, keyVersion: UInt32($0.version))
    }
  }

  /// Adds a value, or its name and why it is withheld.
  mutating func add(_ value: BundleContents.Value) throws {
    if value.isErased { return withhold(value, "key_revoked") }
    if value.secret.isExpiryStrict, let expiresAt = value.expiresAt, expiresAt <= time {
      return withhold(value, "expired")
    }
    guard let dataKey = dataKey(of: value.encrypted) else { return withhold(value, "unreadable") }
    let context = ValueContext(value)
    let members: [String: JSONValue] = [
      "secret_id": .string(context.secretID), "name": .string(context.name), "secret_type": .string(context.type),
      "base_environment": .string(context.baseEnvironment), "environment": .string(context.environment),
      "value_id": .string(context.valueID), "value_version": .integer(context.valueVersion),
      "expires_at": context.expiresAt.map { .string($0) } ?? .null,
      "wrapped_key": .string(Data(try cipher.seal(dataKey, of: context)).base64EncodedString()),
      "payload": .string(Data(value.encrypted.payload).base64EncodedString()),
    ]
    values.append(.object(members))
  }

  private mutating func withhold(_ value: BundleContents.Value, _ reason: JSONValue) {
    withheld.append([
      "secret_id": .id(value.secret.id), "name": .string(value.secret.name),
      "environment": .string(value.environment), "reason": reason,
    ])
  }

  private func dataKey(of value: EncryptedValue) -> SecretBytes? {
    let address = ValueAddress(
      tenantID: tenantID, table: .secretValues, rowID: value.id, valueVersion: UInt32(value.valueVersion))
    return try? ciphers[value.keyVersion]?.open(value.wrappedKey, at: address)
  }
}

extension ValueContext {
  fileprivate init(_ value: BundleContents.Value) {
    self.init(
      secretID: value.secret.id.text, name: value.secret.name, type: value.secret.type,
      baseEnvironment: value.secret.baseEnvironment, environment: value.environment,
      valueID: value.encrypted.id.text, valueVersion: UInt32(value.encrypted.valueVersion),
      expiresAt: value.expiresAt.map { .timestamp($0) })
  }
}
