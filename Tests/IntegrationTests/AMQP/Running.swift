import AMQP
import Logging
import ServiceLifecycle
import Testing

/// Runs services for the duration of a test, then cancels them.
func withRunning<T: Sendable>(
  _ services: any Service..., body: @escaping @Sendable () async throws -> T
) async throws -> T {
  try await withThrowingTaskGroup(of: T?.self) { group in
    for service in services {
      group.addTask {
        try await service.run()
        return nil
      }
    }
    group.addTask { try await body() }
    defer { group.cancelAll() }
    while let result = try await group.next() {
      if let result { return result }
    }
    throw Overdue(what: "the body")
  }
}

/// Runs a service in a group that the body may shut down gracefully.
func withGroup(
  _ service: any Service, body: @escaping @Sendable (ServiceGroup) async throws -> Void
) async throws {
  let group = ServiceGroup(services: [service], logger: Logger(label: "test"))
  try await withThrowingTaskGroup(of: Void.self) { tasks in
    tasks.addTask { try await group.run() }
    tasks.addTask { try await body(group) }
    try await tasks.waitForAll()
  }
}

/// Collects what handlers see; `next()` waits for it.
struct Mailbox<Element: Sendable>: Sendable {
  private let stream: AsyncStream<Element>
  private let continuation: AsyncStream<Element>.Continuation

  init() {
    (stream, continuation) = AsyncStream.makeStream()
  }

  func put(_ element: Element) {
    continuation.yield(element)
  }

  func next() async throws -> Element {
    for await element in stream { return element }
    throw CancellationError()
  }

  func next(_ count: Int) async throws -> [Element] {
    var elements: [Element] = []
    while elements.count < count { elements.append(try await next()) }
    return elements
  }
}

extension AMQPMessage {
  static func text(_ text: String, id: String? = nil) -> AMQPMessage {
    AMQPMessage(body: Array(text.utf8), type: "test", messageID: id)
  }

  var text: String { String(decoding: body, as: UTF8.self) }
}

extension AMQPError.Code {
  /// The code of the error that an operation throws, nil where it throws none or another.
  static func thrown(by operation: () async throws -> Void) async -> AMQPError.Code? {
    do {
      try await operation()
      return nil
    } catch {
      return (error as? AMQPError)?.code
    }
  }
}
