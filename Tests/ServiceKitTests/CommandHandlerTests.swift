import AMQP
import Clocks
import Commands
import Cryptography
import FoundationEssentials
import JSON
import Locking
import Logging
import Monitoring

import Testing

@testable import Postgres
@testable import ServiceKit

@Suite struct CommandHandlerTests {
  let authenticator = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
  let command = StartRewrap(leaseID: UUID())
  let lines = Lines()
  let metrics = MetricRegistry()
  let buried = Guarded<[String]>([])

  @Test func `an authentic command is handed over, and acknowledged once done`() async throws {
    let received = Guarded<[StartRewrap]>([])
    let outcome = await handler { command, delivery in
      received.withLock { $0.append(command) }
      #expect(delivery.redelivered)
      return .done
    }.handle(AMQPDelivery(message: try authenticator.sign(command).message, redelivered: true))
    #expect(outcome == .ack)
    #expect(received.withLock { $0 } == [command])
    #expect(lines.all.isEmpty)
  }

  @Test func `a hopeless command is safe among the dead letters before it is acknowledged, and its reason logged`()
    async throws
  {
    let outcome = await handler { _, _ in .hopeless("no such job") }
      .handle(AMQPDelivery(message: try authenticator.sign(command).message))
    #expect(outcome == .ack)
    #expect(buried.withLock { $0 } == ["no such job"])
    #expect(try lines.only()["reason"] == "no such job")
    #expect(try lines.only()["command"] == "rewrap.start")
  }

  @Test func `where the dead letters can't be reached, the broker is to move the command itself`() async throws {
    struct Unreachable: Error {}
    let outcome = await handler(deadLetter: { _, _ in throw Unreachable() }) { _, _ in .hopeless("no such job") }
      .handle(AMQPDelivery(message: try authenticator.sign(command).message))
    #expect(outcome == .reject)
    #expect(lines.all.count == 2)
  }

  @Test func `a failure is tried again`() async throws {
    struct Hiccup: Error {}
    let outcome = await handler { _, _ in throw Hiccup() }
      .handle(AMQPDelivery(message: try authenticator.sign(command).message))
    #expect(outcome == .retry)
    #expect(await metrics.text().contains(#"{command="rewrap.start",outcome="failed"} 1"#))
    #expect(try lines.only()["level"] == "warning")
  }

  @Test func `while the database or the broker is out of reach, a command stays in hand`() async throws {
    let outages: [any Error] = [
      PostgresError(.connectionFailed, "refused"), PostgresError(.commitUnknown, "lost"),
      AMQPError(.notConnected, "no link"),
    ]
    let redelivered = Guarded<[Bool]>([])
    let outcome = await handler { _, delivery in
      let attempt = redelivered.withLock { attempts in
        attempts.append(delivery.redelivered)
        return attempts.count
      }
      if attempt <= outages.count { throw outages[attempt - 1] }
      return .done
    }.handle(AMQPDelivery(message: try authenticator.sign(command).message))
    #expect(outcome == .ack)
    #expect(redelivered.withLock { $0 } == [false, true, true, true])
    #expect(lines.all.count == outages.count)
  }

  @Test func `a command is given back by a process that ends`() async throws {
    let outcome = await handler { _, _ in throw PostgresError(.poolClosed, "closed") }
      .handle(AMQPDelivery(message: try authenticator.sign(command).message))
    #expect(outcome == .retry)
  }

  @Test func `cancellation ends the wait of a command in hand`() async throws {
    let cancelling = handler { _, _ in
      withUnsafeCurrentTask { $0?.cancel() }
      throw AMQPError(.notConnected, "no link")
    }
    let delivery = AMQPDelivery(message: try authenticator.sign(command).message)
    // A task of its own, for it is the one that is cancelled.
    async let outcome = cancelling.handle(delivery)
    #expect(await outcome == .retry)
  }

  @Test func `what isn't an authentic command is given up unread`() async throws {
    let honest = try authenticator.sign(command).message
    var unsigned = honest
    unsigned.headers = [:]
    var nameless = honest
    nameless.type = nil
    var anonymous = honest
    anonymous.messageID = nil
    var edited = honest
    edited.body.append(0x20)
    let stranger = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
    var numbered = honest
    numbered.headers[CommandAuthenticator.signatureHeader] = 7
    let handler = handler { _, _ in
      Issue.record("must not be called")
      return .done
    }
    for message in [
      unsigned, nameless, anonymous, edited, numbered, try stranger.sign(command).message,
      try authenticator.sign(RewrapBatch(leaseID: UUID(), table: 2, range: 0, after: UUID())).message,
      try authenticator.sign(name: "rewrap.start", messageID: UUID(), body: Array("{}".utf8)).message,
      AMQPMessage(body: []),
    ] {
      #expect(await handler.handle(AMQPDelivery(message: message)) == .ack)
    }
    #expect(buried.withLock { $0.count } == 9)
  }

  @Test func `the body stands in no log line`() async throws {
    let body = Array(#"{"schema":1,"lease_id":"s3cr3t"}"#.utf8)
    let message = try authenticator.sign(name: "rewrap.start", messageID: UUID(), body: body).message
    #expect(await handler { _, _ in .done }.handle(AMQPDelivery(message: message)) == .ack)
    #expect(!buried.withLock { $0.joined() }.contains("s3cr3t"))
    #expect(!(try #require(lines.all.first)).contains("s3cr3t"))
  }

  private func handler(
    deadLetter: (@Sendable (AMQPMessage, String) async throws -> Void)? = nil,
    _ body: @escaping @Sendable (StartRewrap, AMQPDelivery) async throws -> CommandHandler<StartRewrap>.Outcome
  ) -> CommandHandler<StartRewrap> {
    let (lines, buried) = (lines, buried)
    return CommandHandler(
      authenticator: authenticator, metrics: metrics,
      logger: Logger(label: "test") { JSONLogHandler(label: $0, write: lines.append) }, clock: ImpatientClock(),
      deadLetter: deadLetter ?? { _, reason in buried.withLock { $0.append(reason) } }, body: body)
  }
}
