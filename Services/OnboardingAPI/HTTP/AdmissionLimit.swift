import HTTPTypes
import Hummingbird
import Synchronization

/// Bounds the requests under way at once, so that what is let in is answered in time.
struct AdmissionLimit: RouterMiddleware {
  /// How many are under way.
  private final class Count: Sendable {
    let value = Atomic(0)
  }

  private let limit: Int
  private let count = Count()

  init(_ limit: Int) { self.limit = limit }

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    defer { count.value.subtract(1, ordering: .relaxed) }
    guard count.value.add(1, ordering: .relaxed).newValue <= limit else { throw APIError.overloaded }
    return try await next(request, context)
  }
}

extension APIError {
  fileprivate static let overloaded = APIError(
    status: .serviceUnavailable, type: "dependency_unavailable",
    message: "as many requests are under way as this service takes; nothing was done, try again", retryAfter: 1)
}
