import AMQP
import ArgumentParser
import FoundationEssentials
import JSON
import Logging
import ServiceKit

/// `onboarding-api dead-letters`
struct DeadLettersCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dead-letters", abstract: "Shows the commands that were given up, tries them again, or forgets them.",
    subcommands: [List.self, Requeue.self, Drop.self])

  /// The queues meant.
  struct Queues: ParsableArguments {
    @Option(help: "The queue that the commands were for; all of them unless told.")
    var queue: String?

    var names: [String] { queue.map { [$0] } ?? CommandTopology.queues }

    func validate() throws {
      if let queue, !CommandTopology.queues.contains(queue) {
        throw ValidationError("--queue must be one of \(CommandTopology.queues.joined(separator: ", "))")
      }
    }
  }

  /// The commands meant.
  struct Selected: ParsableArguments {
    @Option(help: "The message id of one command.")
    var messageID: String?

    @Flag(help: "All of them.")
    var all = false

    var selection: DeadLetters.Selection { messageID.map(DeadLetters.Selection.message) ?? .all }

    func validate() throws {
      guard all != (messageID != nil) else { throw ValidationError("give either --message-id or --all") }
    }
  }

  /// `onboarding-api dead-letters list`
  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Prints a line of JSON for each command, without its body; leaves all where they are.")

    @OptionGroup var queues: Queues

    @Option(help: "The most commands of one queue to look at, 1 to 10000.")
    var limit = 1000

    func validate() throws {
      guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10000") }
    }

    func run() async throws {
      let letters = try Broker().letters
      let now = Date()
      for queue in queues.names {
        for letter in try await letters.list(queue, limit: limit) { print(letter.line(at: now).canonicalText) }
      }
    }
  }

  /// `onboarding-api dead-letters requeue`
  struct Requeue: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Gives commands back to their queue, except those that none of our services signed.")

    @OptionGroup var queues: Queues
    @OptionGroup var selected: Selected

    func run() async throws {
      let broker = try Broker()
      let publisher = AMQPPublisher(configuration: broker.configuration, logger: Broker.silent)
      let tally = try await withThrowingTaskGroup(of: Void.self) { [queues, selected] group in
        group.addTask { try await publisher.run() }
        defer { group.cancelAll() }
        return try await queues.tally { queue in
          try await broker.letters.requeue(selected.selection, of: queue, by: publisher)
        }
      }
      try tally.report("requeued", selected)
    }
  }

  /// `onboarding-api dead-letters drop`
  struct Drop: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Forgets commands for good.")

    @OptionGroup var queues: Queues
    @OptionGroup var selected: Selected

    func run() async throws {
      let letters = try Broker().letters
      let tally = try await queues.tally { try await letters.drop(selected.selection, of: $0) }
      try tally.report("dropped", selected)
    }
  }

  /// How the broker is reached.
  struct Broker {
    static let silent = Logger(label: "dead-letters", factory: { _ in SwiftLogNoOpLogHandler() })

    let configuration: AMQPConfiguration
    let letters: DeadLetters

    init() throws {
      var settings = SettingsReader()
      let common = try CommonSettings(&settings, service: "onboarding-api dead-letters")
      configuration = common.amqp
      letters = DeadLetters(configuration: common.amqp, authenticator: common.authenticator)
    }
  }
}

extension DeadLettersCommand.Queues {
  fileprivate func tally(_ body: (String) async throws -> DeadLetters.Tally) async throws -> DeadLetters.Tally {
    var sum = DeadLetters.Tally()
    for name in names {
      let tally = try await body(name)
      sum.done += tally.done
      sum.refused += tally.refused
    }
    return sum
  }
}

extension DeadLetters.Tally {
  fileprivate func report(_ deed: String, _ selected: DeadLettersCommand.Selected) throws {
    let answer: JSONValue = [deed: .integer(done), "refused": .integer(refused)]
    print(answer.canonicalText)
    if selected.messageID != nil, done == 0 {
      throw NothingDone(refused > 0 ? "none of our services signed it: it can only be dropped" : "no such dead letter")
    }
  }
}

/// The one command that was meant is where it was.
private struct NothingDone: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }
}

extension DeadLetter {
  fileprivate func line(at now: Date) -> JSONValue {
    [
      "queue": .string(queue), "message_id": messageID.map(JSONValue.string) ?? .null,
      "command": command.map(JSONValue.string) ?? .null, "reason": .string(reason), "deaths": .integer(deaths),
      "age_seconds": diedAt.map { .integer(Int(now.timeIntervalSince($0))) } ?? .null, "authentic": .bool(isAuthentic),
    ]
  }
}
