import AMQP
import Commands
import FoundationEssentials
import Repository
import ServiceKit

/// Publishes the commands that carry a job on, confirmed, before the command that caused them is acknowledged.
struct Continuation: Sendable {
  let publisher: AMQPPublisher
  let authenticator: CommandAuthenticator

  /// Has the ranges carried on from where they stand.
  func publish(_ cursors: [RewrapCursor]) async throws {
    for cursor in cursors { try await publisher.publish(cursor.command, signedBy: authenticator) }
  }

  /// Has the jobs planned, or the next of their ranges opened.
  func start(_ jobs: [UUID]) async throws {
    for job in jobs { try await publisher.publish(StartRewrap(leaseID: job), signedBy: authenticator) }
  }
}
