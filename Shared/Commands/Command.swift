/// Commands and replies that the services exchange over AMQP: their names, their members, and how they are authenticated.
///
/// A command is a `Codable` value. On the wire it is one JSON object, `{"schema":1, …members…}`, whose AMQP `type` is
/// the command's name and whose signature covers name, message id and body: see ``CommandAuthenticator``.
public protocol Command: Codable, Sendable, Equatable {
  /// The AMQP `type`, which for a command is also its queue: `kms.verify`.
  static var name: String { get }
}
