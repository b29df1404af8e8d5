import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The edge: gives every request an id, turns every error into an answer, and logs how it went.
struct RequestMiddleware: RouterMiddleware {
  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var response: Response
    do { response = try await next(request, context) } catch {
      response = answer(error, context).response(requestID: context.requestID)
    }
    response.headers[.requestID] = context.requestID
    response.headers[.cacheControl] = "no-store"
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(context.endpointPath ?? "unknown")",
        "status": "\(response.status.code)", "ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
      ])
    return response
  }

  private func answer(_ error: any Error, _ context: APIContext) -> APIError {
    if let known = (error as? any APIErrorConvertible)?.apiError {
      if known.status.code >= 500 { context.logger.warning("request failed", metadata: ["error": "\(error)"]) }
      return known
    }
    context.logger.error("request failed", metadata: ["error": "\(error)"])
    return .internal
  }
}

extension HTTPField.Name {
  static let requestID = Self("X-Request-Id") ?? .cacheControl
}
