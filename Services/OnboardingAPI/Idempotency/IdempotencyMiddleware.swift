import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Repository

/// Has a call with an idempotency key happen once, however often it is sent: whoever repeats it is given the first answer
/// again.
///
/// Remembered is every answer that another try wouldn't change: success, and the client's own mistakes; and that nobody
/// knows whether the change was committed, for it must not be made twice. Any other failure of ours, or a refusal that
/// depends on the moment, lets the call be tried again under the same key. What only computes, as
/// encrypting and decrypting do, takes a key and ignores it: it can be repeated anyway, and a plaintext must not outlive
/// the seal of its tenant here.
struct IdempotencyMiddleware: RouterMiddleware {
  typealias Context = TenantContext

  /// The longest body of a call with a key, in bytes: the longest that any route takes.
  static let bodyLimit = SecretBody.limit
  /// For how long repetitions wait for an attempt of which nothing is heard: longer than any call takes.
  static let lease = Duration.seconds(120)

  private static let methods: Set<HTTPRequest.Method> = [.post, .put, .patch, .delete]
  private static let computations: Set<Substring> = ["encrypt", "decrypt", "rewrap"]
  private static let passing: Set<HTTPResponse.Status> = [.unauthorized, .forbidden, .requestTimeout, .tooManyRequests]

  let store: IdempotencyStore
  let vault: IdempotencyVault

  func handle(
    _ request: Request, context: TenantContext, next: (Request, TenantContext) async throws -> Response
  ) async throws -> Response {
    guard Self.methods.contains(request.method), let key = try IdempotencyKey(request.headers), !Self.computes(context)
    else { return try await next(request, context) }
    let body = try await request.bytes(limit: Self.bodyLimit)
    var request = request
    request.body = RequestBody(buffer: ByteBuffer(bytes: body))
    let call = vault.call(
      key, of: context.tenantID, by: context.apiKey.id, method: request.method.rawValue,
      target: request.uri.string, body: body)
    switch try await store.claim(call, lease: Self.lease) {
    case .granted(let attempt):
      let response: Response
      let isFinal: Bool
      do {
        response = try await next(request, context)
        isFinal = Self.isFinal(response.status)
      } catch {
        let known = RequestMiddleware.answer(error, context.logger)
        response = known.response(requestID: context.requestID)
        isFinal = known == .undecided || Self.isFinal(known.status) && known.retryAfter == nil
      }
      return try await settle(
        response, isFinal: isFinal, of: call, under: key, attempt: attempt, logger: context.logger)
    case .answered(let status, let answer):
      return Response(replaying: try vault.open(answer, status: status, of: call, under: key), status: status)
    case .underWay:
      throw APIError(
        status: .conflict, type: "conflict",
        message: "a request with this idempotency key is still under way; wait, then send it again", retryAfter: 1)
    case .otherRequest:
      throw APIError(
        status: .conflict, type: "idempotency_conflict",
        message: "this idempotency key was another request's; use a new one for each request")
    }
  }

  /// Remembers an answer, or lets the call be made again. That neither works changes nothing about the answer: it is
  /// true, and the key is free again when its lease is over.
  private func settle(
    _ response: Response, isFinal: Bool, of call: IdempotentCall, under key: IdempotencyKey, attempt: UUID,
    logger: Logger
  ) async throws -> Response {
    let bytes = try await response.body.bytes()
    do {
      if !isFinal {
        try await store.release(call, attempt: attempt)
      } else {
        let status = response.status.code
        try await store.remember(
          status: status, answer: try vault.seal(bytes, status: status, of: call, under: key), of: call,
          attempt: attempt)
      }
    } catch {
      logger.warning("an answer is not remembered for its idempotency key", metadata: ["error": "\(error)"])
    }
    var response = response
    response.body = bytes.isEmpty ? ResponseBody() : ResponseBody(byteBuffer: ByteBuffer(bytes: bytes))
    return response
  }

  /// Whether another try would be answered likewise.
  private static func isFinal(_ status: HTTPResponse.Status) -> Bool {
    status.code < 500 && !passing.contains(status)
  }

  private static func computes(_ context: TenantContext) -> Bool {
    computations.contains(context.endpointPath?.split(separator: "/").last ?? "")
  }
}
