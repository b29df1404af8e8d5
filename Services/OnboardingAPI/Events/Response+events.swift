import HTTPTypes
import Hummingbird
import JSON

extension Response {
  /// Answers with what happens while something is done, and at the end with what came of it: the event `result`, or
  /// `error` with the `status` that the response would have had.
  /// - Parameters:
  ///   - context: whose logger is told of a failure.
  ///   - act: what is done; its argument sends an event, in order, and never blocks.
  init(
    eventsOf context: AdminContext,
    _ act: @escaping @Sendable (_ send: @escaping @Sendable (ServerSentEvent) -> Void) async throws -> JSONValue
  ) {
    let (events, continuation) = AsyncStream.makeStream(of: ServerSentEvent.self)
    self.init(
      status: .ok, headers: [.contentType: ServerSentEvent.contentType, .noBuffering: "no"],
      body: ResponseBody { writer in
        async let done: Void = {
          continuation.yield(await Self.outcome(context) { try await act { continuation.yield($0) } })
          continuation.finish()
        }()
        for await event in events { try await writer.write(event.bytes()) }
        await done
        try await writer.finish(nil)
      })
  }

  private static func outcome(_ context: AdminContext, of act: () async throws -> JSONValue) async -> ServerSentEvent {
    do { return ServerSentEvent(name: "result", data: try await act()) } catch {
      let known = RequestMiddleware.answer(error, context.logger)
      return ServerSentEvent(
        name: "error",
        data: ["status": .integer(known.status.code), "error": known.members(requestID: context.requestID)])
    }
  }
}
