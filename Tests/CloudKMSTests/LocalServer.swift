import HTTPTypes
import Hummingbird
import Locking
import Logging
import NIOCore
import ServiceLifecycle
import Testing

/// An HTTP server on this machine, such as the metadata services of clouds; what it answers is the test's to say.
struct LocalServer: Sendable {
  enum Answer: Sendable {
    case body(String)
    case status(Int)
    /// Nothing, until the server stops.
    case silence
  }

  /// Serves while the body runs, which is told the origin.
  static func serving(
    _ answer: @escaping @Sendable (HTTPRequest.Method, String, HTTPFields) -> Answer,
    _ body: (String) async throws -> Void
  ) async throws {
    let (silence, endOfSilence) = AsyncStream.makeStream(of: Never.self)
    let router = Router()
    for method in [HTTPRequest.Method.get, .put, .post] {
      router.on("**", method: method) { request, _ in
        switch answer(method, request.uri.path, request.headers) {
        case .body(let text): return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: text)))
        case .status(let code): return Response(status: .init(code: code))
        case .silence:
          for await _ in silence {}
          return Response(status: .serviceUnavailable)
        }
      }
    }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    let group = ServiceGroup(services: [application], logger: logger)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      let origin = "http://127.0.0.1:\(try #require(await iterator.next()))"
      let outcome: Result<Void, any Error>
      do { outcome = .success(try await body(origin)) } catch { outcome = .failure(error) }
      endOfSilence.finish()
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
      try outcome.get()
    }
  }
}
