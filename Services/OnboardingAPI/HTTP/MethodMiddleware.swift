import HTTPTypes
import Hummingbird

/// Answers 405 with `Allow` where a path exists and what is asked for can't be done there, which the router takes for an
/// unknown path (RFC 9110, section 15.5.6).
struct MethodMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    do { return try await next(request, context) } catch let error as HTTPError where error.status == .notFound {
      let allowed = try OpenAPIDocument.ours.get().methods(at: request.uri.path)
      guard !allowed.isEmpty, !allowed.contains(request.method) else { throw error }
      let names = allowed.map(\.rawValue).joined(separator: ", ")
      var response = APIError(
        status: .methodNotAllowed, type: "method_not_allowed", message: "this path is there for \(names)"
      ).response(requestID: context.requestID)
      response.headers[.allow] = names
      return response
    }
  }
}
