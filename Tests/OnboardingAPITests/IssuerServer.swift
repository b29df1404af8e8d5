import HTTPTypes
import Hummingbird
import JSON
import Locking
import Logging
import NIOCore
import ServiceLifecycle
import Testing

@testable import onboarding_api

/// An issuer's server, over real HTTP on this machine, and at `/stolen` somebody else's; what it answers can change.
final class IssuerServer: Sendable {
  enum Answer: Sendable {
    case keys([JSONValue])
    /// So many bytes of a key set that is none.
    case length(Int)
    case redirect(to: String)
    /// Nothing, until the server stops.
    case silence
  }

  private struct State {
    var answer = Answer.keys([])
    var requests: [String] = []
  }

  private let state = Guarded(State())
  /// What somebody else would like to have taken for the issuer's keys.
  private let stolen: [JSONValue]
  private let (silence, endOfSilence) = AsyncStream.makeStream(of: Never.self)

  private init(stolen: [JSONValue]) { self.stolen = stolen }

  /// The paths that were asked for.
  var requests: [String] { state.withLock { $0.requests } }

  func answer(_ answer: Answer) { state.withLock { $0.answer = answer } }

  func publish(_ keys: [JSONValue]) { answer(.keys(keys)) }

  /// Serves while the body runs, which is told the URL.
  static func serving(
    stolen: [JSONValue] = [], _ body: (IssuerServer, String) async throws -> Void
  ) async throws {
    let server = IssuerServer(stolen: stolen)
    let router = Router()
    router.get("keys") { _, _ in await server.respond("/keys") }
    router.get("stolen") { _, _ in await server.respond("/stolen") }
    let (ports, port) = AsyncStream.makeStream(of: Int.self)
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let application = Application(
      router: router, configuration: .init(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { channel in port.yield(channel.localAddress?.port ?? 0) }, logger: logger)
    let group = ServiceGroup(services: [application], logger: logger)
    try await withThrowingTaskGroup { tasks in
      tasks.addTask { try await group.run() }
      var iterator = ports.makeAsyncIterator()
      try await body(server, "http://127.0.0.1:\(try #require(await iterator.next()))")
      server.endOfSilence.finish()
      await group.triggerGracefulShutdown()
      try await tasks.waitForAll()
    }
  }

  private func respond(_ path: String) async -> Response {
    let answer = state.withLock { state in
      state.requests.append(path)
      return path == "/stolen" ? .keys(stolen) : state.answer
    }
    switch answer {
    case .keys(let keys): return Response(json: ["keys": .array(keys)])
    case .length(let count):
      let text = #"{"keys":[],"more":""# + String(repeating: "a", count: count) + #""}"#
      return Response(status: .ok, body: .init(byteBuffer: ByteBuffer(string: text)))
    case .redirect(let target): return Response(status: .found, headers: [.location: target])
    case .silence:
      for await _ in silence {}
      return Response(status: .serviceUnavailable)
    }
  }
}
