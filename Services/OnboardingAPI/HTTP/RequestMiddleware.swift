import Foundation
import HTTPTypes
import Hummingbird
import Logging

/// The edge: gives every request an id, turns every error into an answer, and logs how it went.
struct RequestMiddleware: RouterMiddleware {
  /// Whether clients reach us over TLS of ours.
  var isSecure = false

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    let start = ContinuousClock.now
    var response: Response
    var version: APIVersion?
    do {
      version = try APIVersion(of: request)
      response = try await next(request, context)
    } catch {
      response = Self.answer(error, context.logger).response(requestID: context.requestID)
    }
    response.headers[.requestID] = context.requestID
    response.headers[.apiVersion] = version?.text
    SecurityHeaders.add(to: &response.headers, isSecure: isSecure)
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(context.endpointPath ?? "unknown")",
        "status": "\(response.status.code)", "ms": "\((ContinuousClock.now - start) / .milliseconds(1))",
      ])
    return response
  }

  /// What a client is told of an error; the log is told the rest.
  static func answer(_ error: any Error, _ logger: Logger) -> APIError {
    if let known = (error as? any APIErrorConvertible)?.apiError {
      if known.status.code >= 500 { logger.warning("request failed", metadata: ["error": "\(error)"]) }
      return known
    }
    logger.error("request failed", metadata: ["error": "\(error)"])
    return .internal
  }
}

extension HTTPField.Name {
  static let requestID = Self("X-Request-Id") ?? .cacheControl
}
