/// Sends HTTP requests through libcurl: bounded in time and size, TLS verified, connections reused.
///
/// There is no background task. Whoever waits for an answer drives everybody's transfers: the first `send` runs curl's
/// loop on a blocking queue, others add their requests to it, and when the driver's own answer is complete it hands the
/// loop to one who still waits. An idle client costs nothing but its idle connections.
///
/// A connection that the peer closed while idle is replaced, and the request sent again on the new one, as RFC 9112,
/// section 9.3.1 describes; requests should therefore be idempotent.
public final class HTTPClient: HTTPTransport {
  private let line: WaitingLine
  private let loop: TransferLoop

  /// Creates a client; opens no connection.
  public init(configuration: HTTPClientConfiguration = HTTPClientConfiguration()) {
    let multi = MultiHandle(maximumConnections: configuration.maximumConnections)
    line = WaitingLine(multi: multi)
    loop = TransferLoop(line: line, multi: multi, configuration: configuration)
  }

  /// Sends a request and waits for the whole answer, whatever its status.
  ///
  /// Suspends, never blocks the caller's thread. Cancelling the task ends the transfer and closes its connection.
  /// - Throws: `HTTPClientError`; `.shutDown` after `shutdown()`.
  public func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    try request.validate(loop.configuration)
    let id = line.nextID()
    let result = await withTaskCancellationHandler {
      switch await line.wait(id, for: request) {
      case .drive: await loop.drive(until: id)
      case .finished(let result): result
      }
    } onCancel: {
      line.cancel(id)
    }
    return try result.get()
  }

  /// Ends every transfer with `.shutDown`, refuses new ones, and closes the connections.
  ///
  /// Await this before the process exits, so that no TLS code runs while OpenSSL tears itself down. May be called twice.
  public func shutdown() async {
    line.close()
    await loop.close()
  }
}
