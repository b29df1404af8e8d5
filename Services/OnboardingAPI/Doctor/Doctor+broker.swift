import AMQP
import ServiceKit

extension Doctor {
  /// Declares what the services command each other through, and looks who listens.
  func examineBroker(_ report: Report) async {
    let amqp = configuration.common.amqp
    do throws(AMQPError) {
      try await CommandTopology.topology.declare(on: amqp)
      report(.ok("broker", "connected, with the permissions that the API needs"))
    } catch {
      report(.failed("broker", "\(error)", advice: error.advice))
      return
    }
    let letters = DeadLetters(configuration: amqp, authenticator: configuration.common.authenticator)
    for queue in CommandTopology.queues {
      do {
        let (state, dead) = try await letters.states(of: queue)
        report(Self.queueFinding(queue, state, deadLetters: dead.messages))
      } catch {
        report(.failed("queue", "\(queue): \(error)", advice: "see to the broker, and run this again"))
      }
    }
  }

  static func queueFinding(_ queue: String, _ state: AMQPQueueState, deadLetters: Int) -> Finding {
    let text = "\(queue): \(state.messages) waiting, \(state.consumers) consuming, \(deadLetters) given up"
    return if state.consumers == 0 {
      .warning("queue", text, advice: "start the service that this queue is for: nobody takes its commands")
    } else if deadLetters > 0 {
      .warning("queue", text, advice: "`onboarding-api dead-letters list` says why, `requeue` tries them again")
    } else {
      .ok("queue", text)
    }
  }
}

extension AMQPError {
  fileprivate var advice: String {
    switch code {
    case .accessRefused, .channelClosed:
      "check AMQP_URL's user, password and virtual host; compose/rabbitmq/definitions.json has what each may"
    case .topologyMismatch: "delete that queue or exchange once it is empty: the API declares it anew"
    case .untrustedBroker: "let AMQP_CA_FILE name the authority that signed the broker's certificate"
    default: "check that it runs, and that AMQP_URL has its address"
    }
  }
}
