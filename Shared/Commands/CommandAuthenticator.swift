public import Cryptography
public import FoundationEssentials

/// Signs commands and checks them: who can publish to the broker can't command the services (contract §6).
///
/// The signature is HMAC-SHA-256 (RFC 2104) over the name and the body, each preceded by its length as 4 bytes
/// big-endian, with the 16 bytes of the message id between them. It travels in the AMQP header ``signatureHeader``, in
/// lowercase hexadecimal.
public struct CommandAuthenticator: Sendable {
  /// The AMQP header that carries the signature.
  public static let signatureHeader = "x-signature"
  /// The longest body accepted or sent, in bytes.
  public static let maximumBodyLength = 64 << 10

  private let key: SecretBytes
  private let accepted: [SecretBytes]

  /// Creates an authenticator.
  /// - Parameters:
  ///   - key: shared by the services; 32 random bytes. It signs, and what it signed is accepted.
  ///   - other: what this one signed is accepted as well, while the services change from one key to another; none unless
  ///     told.
  public init(key: SecretBytes, alsoAccepting other: SecretBytes? = nil) {
    self.key = key
    accepted = [key] + (other.map { [$0] } ?? [])
  }

  /// Encodes and signs a command.
  /// - Parameters:
  ///   - command: what to send.
  ///   - messageID: the AMQP `message_id`; a new one for each command, the same one when a command is sent again.
  /// - Throws: ``CommandError`` with `tooLong` or `malformed`.
  public func sign<Content: Command>(
    _ command: Content, messageID: UUID = UUID()
  ) throws(CommandError) -> SignedCommand {
    try sign(name: Content.name, messageID: messageID, body: command.body())
  }

  /// Signs a body that was encoded earlier, in the outbox.
  /// - Throws: ``CommandError`` with `tooLong`.
  public func sign(name: String, messageID: UUID, body: [UInt8]) throws(CommandError) -> SignedCommand {
    guard body.count <= Self.maximumBodyLength else { throw CommandError(code: .tooLong) }
    let code = HMACSHA256.authenticationCode(for: signedBytes(name, messageID, body), key: key)
    return SignedCommand(name: name, messageID: messageID, body: body, signature: code.hexadecimal)
  }

  /// Checks length and signature, in constant time, and parses nothing.
  /// - Throws: ``CommandError`` with `tooLong` or `notAuthentic`.
  public func check(_ message: SignedCommand) throws(CommandError) {
    guard message.body.count <= Self.maximumBodyLength else { throw CommandError(code: .tooLong) }
    let signed = signedBytes(message.name, message.messageID, message.body)
    // A signature is written in one way: what was changed anywhere isn't what was signed.
    guard let code = [UInt8](hexadecimal: message.signature), code.hexadecimal == message.signature,
      accepted.contains(where: { HMACSHA256.isValid(code, for: signed, key: $0) })
    else { throw CommandError(code: .notAuthentic) }
  }

  /// Checks the signature, and only then parses the body.
  /// - Throws: ``CommandError``; `notAuthentic` before anything else.
  public func open<Content: Command>(
    _ type: Content.Type, from message: SignedCommand
  ) throws(CommandError) -> Content {
    try check(message)
    guard message.name == Content.name else { throw CommandError(code: .unknown) }
    return try Content(body: message.body)
  }

  private func signedBytes(_ name: String, _ messageID: UUID, _ body: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(name.utf8.count + body.count + 24)
    bytes.append(lengthPrefixed: Array(name.utf8))
    withUnsafeBytes(of: messageID.uuid) { bytes.append(contentsOf: $0) }
    bytes.append(lengthPrefixed: body)
    return bytes
  }
}

extension [UInt8] {
  fileprivate mutating func append(lengthPrefixed bytes: [UInt8]) {
    Swift.withUnsafeBytes(of: UInt32(bytes.count).bigEndian) { append(contentsOf: $0) }
    append(contentsOf: bytes)
  }
}
