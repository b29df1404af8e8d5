import AMQP
import CloudKMS
import Commands
import HTTPClient
import Logging
import ServiceKit
import ServiceLifecycle

/// Puts the verifier together; `run()` on the result serves until the process is told to stop.
func buildVerifier(_ configuration: VerifierConfiguration) -> VerifierService {
  let logger = Logger(label: "verifier")
  let common = configuration.common
  let client = configuration.platform.makeHTTPClient()
  let publisher = AMQPPublisher(configuration: common.amqp, logger: logger)
  let handler = VerifyKeyHandler(
    verifier: KeyVerifier(
      platform: configuration.platform.makeAWSPlatform(client: client), policy: configuration.policy),
    authenticator: common.authenticator, publisher: publisher, logger: logger)
  let commands = CommandHandler<VerifyKey>(
    authenticator: common.authenticator, logger: logger, body: handler.handle)
  let consumer = AMQPConsumer(
    configuration: common.amqp, queue: VerifyKey.name, prefetch: configuration.concurrency,
    topology: CommandTopology.topology, logger: logger, handler: commands.handle)
  return VerifierService(services: [client, publisher, consumer], logger: logger)
}

/// The verifier's long-lived parts, in the order in which they start.
struct VerifierService {
  let services: [any Service]
  let logger: Logger

  func run() async throws { try await ServiceProcess.run(services, logger: logger) }
}
