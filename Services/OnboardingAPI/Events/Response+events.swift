import HTTPTypes
import Hummingbird
import JSON
import Repository

extension Response {
  /// Answers with what happens while something is done, and at the end with what came of it: the event `result`, or
  /// `error` with the `status` that the response would have had.
  ///
  /// Whoever goes away meanwhile is told nothing more; what was begun is done to its end, as it is for those who wait for
  /// a plain answer.
  /// - Parameters:
  ///   - context: whose logger is told of a failure.
  ///   - act: what is done; its argument sends an event, in order, and never blocks.
  init(
    eventsOf context: AdminContext,
    _ act: @escaping @Sendable (_ send: @escaping @Sendable (ServerSentEvent) -> Void) async throws -> JSONValue
  ) {
    let (events, continuation) = AsyncStream.makeStream(of: ServerSentEvent.self)
    // The body is made when the route has returned, and with it what it was called in.
    let origin = AuditOrigin.current
    self.init(
      status: .ok, headers: [.contentType: ServerSentEvent.contentType, .noBuffering: "no"],
      body: ResponseBody { writer in
        async let done: Void = {
          await AuditOrigin.$current.withValue(origin) {
            continuation.yield(await Self.outcome(context) { try await act { continuation.yield($0) } })
          }
          continuation.finish()
        }()
        var failure: (any Error)?
        for await event in events where failure == nil {
          do { try await writer.write(event.bytes()) } catch { failure = error }
        }
        await done
        if let failure { throw failure }
        try await writer.finish(nil)
      })
  }

  private static func outcome(_ context: AdminContext, of act: () async throws -> JSONValue) async -> ServerSentEvent {
    do { return ServerSentEvent(name: "result", data: try await act()) } catch {
      let known = RequestMiddleware.answer(error, context.logger)
      return ServerSentEvent(
        name: "error",
        data: [
          "status": .integer(known.status.code), "retry_after": known.retryAfter.map { .integer($0) } ?? .null,
          "error": known.members(requestID: context.requestID),
        ])
    }
  }
}
