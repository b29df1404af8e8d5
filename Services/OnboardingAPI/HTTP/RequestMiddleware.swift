import Foundation
import HTTPTypes
import Hummingbird
import Logging
import Monitoring
import TracePropagation

/// The edge: gives every request an id and its place in a trace, turns every error into an answer, logs and counts how
/// it went.
struct RequestMiddleware: RouterMiddleware {
  private let meter: RequestMeter
  /// Whether clients reach us over TLS of ours.
  private let isSecure: Bool

  /// - Parameters:
  ///   - metrics: where requests are counted.
  ///   - isSecure: whether clients reach us over TLS of ours.
  init(metrics: MetricRegistry = MetricRegistry(), isSecure: Bool = false) {
    meter = RequestMeter(metrics)
    self.isSecure = isSecure
  }

  func handle(
    _ request: Request, context: APIContext, next: (Request, APIContext) async throws -> Response
  ) async throws -> Response {
    // A caller's trace goes on here; whether it may be believed doesn't matter, since nothing is decided by it.
    let caller = request.headers.only(.traceParent).flatMap { TraceContext(header: $0) }
    return try await TraceContext.$current.withValue(caller?.child ?? TraceContext()) {
      try await traced(request, context, next)
    }
  }

  private func traced(
    _ request: Request, _ context: APIContext, _ next: (Request, APIContext) async throws -> Response
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
    let duration = ContinuousClock.now - start
    meter.note(request.method, context.endpointPath, response.status, took: duration)
    context.logger.info(
      "request",
      metadata: [
        "method": "\(request.method)", "path": "\(context.endpointPath ?? "unknown")",
        "status": "\(response.status.code)", "ms": "\(duration / .milliseconds(1))",
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
  static let traceParent = Self(TraceContext.header) ?? .cacheControl
}
