import Hummingbird
import Repository

/// Has the audit log's rows of a request say where it came from.
struct OriginMiddleware: RouterMiddleware {
  /// How many proxies stand before us.
  let proxies: Int

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let (proxies, peer) = (proxies, context.peer)
    let origin = AuditOrigin(actorID: "anonymous") { ClientAddress(of: request, from: peer, proxies: proxies).host }
    return try await AuditOrigin.$current.withValue(origin) { try await next(request, context) }
  }
}

extension AuditOrigin {
  /// Does something in the name of whom the request turned out to be from.
  static func acting<Result>(as actorID: String, _ body: () async throws -> Result) async throws -> Result {
    try await $current.withValue(current.acting(as: actorID), operation: body)
  }
}
