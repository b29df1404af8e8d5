import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Repository

/// `GET /admin/tenant-kms/events`: what happens to the tenant, as Server-Sent Events.
///
/// A stream begins with what is the case, so a client that was away needs no history and its `Last-Event-ID` no
/// answer of its own. It ends when the token does, at the latest 15 seconds after its person has signed out, and when
/// the service stops.
struct EventRoute: Sendable {
  /// The least time between two looks: what happens meanwhile is seen in one.
  static let pause = Duration.milliseconds(250)

  let hub: EventHub
  let rewraps: RewrapStore
  let keys: KeyStore
  let chain: AuditChain
  let users: UserStore
  let now: @Sendable () -> Date

  func respond(to request: Request, context: AdminContext) async throws -> Response {
    let identity = context.identity
    let watch = try hub.watch(identity.tenantID)
    let first = try await TenantView.read(identity.tenantID, rewraps, keys, chain)
    let left = Duration.seconds(identity.expiresAt.timeIntervalSince(now()))
    let logger = context.logger
    return Response(
      status: .ok, headers: [.contentType: ServerSentEvent.contentType, .noBuffering: "no"],
      body: ResponseBody { writer in
        await withTaskGroup(of: Void.self) { group in
          group.addTask {
            do { try await Task.sleep(for: left) } catch { return }
            watch.end()
          }
          do { try await stream(first, identity, watch, to: &writer) } catch {
            logger.info("stream of events ended early", metadata: ["error": "\(error)"])
          }
          group.cancelAll()
        }
        try await writer.finish(nil)
      })
  }

  private func stream(
    _ first: TenantView, _ identity: AdminIdentity, _ watch: EventWatch, to writer: inout any ResponseBodyWriter
  ) async throws {
    try await writer.write(ServerSentEvent.preamble)
    try await send(first.events(since: nil), to: &writer)
    var last = first
    for await _ in watch.wakeUps {
      guard try await users.isSignedIn(identity, at: now()) else { return }
      let view = try await TenantView.read(identity.tenantID, rewraps, keys, chain)
      try await send(view.events(since: last), to: &writer)
      last = view
      try await Task.sleep(for: Self.pause)
    }
  }

  private func send(_ events: [ServerSentEvent], to writer: inout any ResponseBodyWriter) async throws {
    let id = Int64(now().timeIntervalSince1970 * 1_000)
    if events.isEmpty { try await writer.write(ServerSentEvent.heartbeat) }
    for event in events { try await writer.write(event.bytes(id: id)) }
  }
}

extension HTTPField.Name {
  /// Asks nginx, and whoever else knows it, to pass each event on at once.
  static let noBuffering = Self("X-Accel-Buffering") ?? .cacheControl
}
