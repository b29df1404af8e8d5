import Commands
import FoundationEssentials
import HTTPTypes
import JSON
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import Repository

/// Stands before the application on each connection, and answers by itself where a request breaks the bounds that no
/// route could enforce: headers that are too long, a body that is longer than any route takes or takes too long to
/// arrive. It also says when a client may go on that waits to be told (`Expect: 100-continue`).
///
/// Not `Sendable`: it belongs to one channel, on whose event loop everything happens.
final class RequestGuard: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// The longest body of any route, in bytes: what is longer isn't even read to be thrown away.
  static let maximumBodyLength = SecretBody.limit
  /// The most bytes of one header, and of all.
  static let maximumHeaderLengths = (one: 16 << 10, all: 32 << 10)
  /// The most headers.
  static let maximumHeaderCount = 100
  /// How long a client is given to read a refusal before the connection is cut.
  static let lingering = TimeAmount.seconds(1)

  private let timeout: TimeAmount
  private let isSecure: Bool
  private var isArriving = false
  private var bodyLength = 0
  /// Requests whose answers are not complete.
  private var unanswered = 0
  private var hasBegunAnswer = false
  private var isRefused = false
  private var deadline: Scheduled<Void>?

  /// - Parameters:
  ///   - timeout: how long a body may take to arrive.
  ///   - isSecure: whether the connection is TLS of ours.
  init(timeout: Duration, isSecure: Bool) {
    self.timeout = TimeAmount(timeout)
    self.isSecure = isSecure
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    switch unwrapInboundIn(data) {
    case .head(let request):
      isArriving = true
      bodyLength = 0
      unanswered += 1
      if request.headerFields[.expect]?.lowercased() == "100-continue" { letContinue(request, context) }
    case .body(let bytes):
      bodyLength += bytes.readableBytes
      guard bodyLength <= Self.maximumBodyLength else {
        return refuse(.contentTooLarge, "the body is longer than any call accepts", context)
      }
    case .end:
      isArriving = false
      deadline?.cancel()
      deadline = nil
    }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    // Most requests arrive whole and never get here.
    if isArriving, deadline == nil, !isRefused {
      deadline = context.eventLoop.assumeIsolated().scheduleTask(in: timeout) { [self] in
        deadline = nil
        refuse(.requestTimeout, "the body didn't arrive in time", context)
      }
    }
    context.fireChannelReadComplete()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    guard let error = error as? HTTPParserError, error == .headerOverflow else {
      return context.fireErrorCaught(error)
    }
    refuse(.requestHeaderFieldsTooLarge, "the headers are longer, or more, than this service accepts", context)
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    context.fireChannelInactive()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isRefused else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(let response): hasBegunAnswer = response.status.kind != .informational
    case .body: break
    case .end:
      hasBegunAnswer = false
      unanswered -= 1
    }
    context.write(data, promise: promise)
  }

  /// Unless the answer to an earlier request is under way, or the route is going to refuse this one for its length.
  private func letContinue(_ request: HTTPRequest, _ context: ChannelHandlerContext) {
    let length = request.headerFields[.contentLength].flatMap { Int($0) } ?? 0
    guard unanswered == 1, length <= Self.maximumBodyLength else { return }
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
  }

  /// Answers, where it is this request that waits for an answer and no other, and ends the connection.
  private func refuse(_ status: HTTPResponse.Status, _ message: String, _ context: ChannelHandlerContext) {
    isRefused = true
    deadline?.cancel()
    guard unanswered == (isArriving ? 1 : 0), !hasBegunAnswer else {
      return context.close(promise: nil)
    }
    let requestID = UUID.v7(at: Date()).text
    let error = APIError(status: status, type: "invalid_request", message: message)
    let body = ByteBuffer(bytes: JSONValue.object(["error": error.members(requestID: requestID)]).canonicalBytes)
    var headers: HTTPFields = [
      .contentType: "application/json", .contentLength: String(body.readableBytes), .connection: "close",
      .requestID: requestID,
    ]
    SecurityHeaders.add(to: &headers, isSecure: isSecure)
    context.write(wrapOutboundOut(.head(HTTPResponse(status: status, headerFields: headers))), promise: nil)
    context.write(wrapOutboundOut(.body(body)), promise: nil)
    context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    // A connection that is cut while bytes of the client lie unread takes the answer with it.
    context.close(mode: .output, promise: nil)
    context.eventLoop.assumeIsolated().scheduleTask(in: Self.lingering) { context.close(promise: nil) }
  }
}
