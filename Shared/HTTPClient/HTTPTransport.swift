/// Whatever answers HTTP requests: an `HTTPClient`, or a script in a test.
public protocol HTTPTransport: Sendable {
  /// Sends a request and waits for the whole answer.
  /// - Throws: `HTTPClientError` when there is none; `.cancelled` when the calling task is cancelled.
  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse
}
