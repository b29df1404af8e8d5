import AMQP
import Commands
import Repository
import ServiceKit

/// Publishes the commands that carry a job on, confirmed, before the command that caused them is acknowledged.
struct Continuation: Sendable {
  let publisher: AMQPPublisher
  let authenticator: CommandAuthenticator

  func publish(_ cursors: [RewrapCursor]) async throws {
    for cursor in cursors { try await publisher.publish(cursor.command, signedBy: authenticator) }
  }
}
