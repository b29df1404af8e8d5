import HTTPClient
import Monitoring

/// Counts and times the calls to a cloud, by what came of them.
struct MeteredTransport: HTTPTransport {
  private let transport: any HTTPTransport
  private let provider: String
  private let calls: Histogram

  /// - Parameters:
  ///   - transport: sends the requests.
  ///   - provider: the cloud.
  ///   - metrics: where calls are counted.
  init(_ transport: any HTTPTransport, provider: String, metrics: MetricRegistry) {
    self.transport = transport
    self.provider = provider
    calls = metrics.histogram(
      "tenant_kms_kms_call_seconds",
      "Calls to a cloud's key and identity services: ok, refused (4xx), failed (5xx) or no_answer.",
      labels: ["provider", "outcome"])
  }

  func send(_ request: HTTPRequest) async throws(HTTPClientError) -> HTTPResponse {
    let start = ContinuousClock.now
    do {
      let answer = try await transport.send(request)
      calls.observe(ContinuousClock.now - start, provider, Self.outcome(of: answer.status))
      return answer
    } catch {
      calls.observe(ContinuousClock.now - start, provider, "no_answer")
      throw error
    }
  }

  private static func outcome(of status: Int) -> String {
    switch status {
    case ..<400: "ok"
    case ..<500: "refused"
    default: "failed"
    }
  }
}
