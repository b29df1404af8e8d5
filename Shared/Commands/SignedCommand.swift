public import FoundationEssentials

/// A command as it stands on the wire: what AMQP carries, apart from routing.
public struct SignedCommand: Sendable, Equatable {
  /// The AMQP `type`.
  public let name: String
  /// The AMQP `message_id`.
  public let messageID: UUID
  /// The AMQP body: one JSON object in UTF-8.
  public let body: [UInt8]
  /// The header ``CommandAuthenticator/signatureHeader``.
  public let signature: String

  /// Takes the parts of a received message; nothing is trusted before ``CommandAuthenticator/open(_:from:)``.
  public init(name: String, messageID: UUID, body: [UInt8], signature: String) {
    self.name = name
    self.messageID = messageID
    self.body = body
    self.signature = signature
  }
}
