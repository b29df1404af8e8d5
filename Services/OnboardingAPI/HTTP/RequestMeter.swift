import HTTPTypes
import Monitoring

/// Counts and times requests by route: rate, errors and duration.
struct RequestMeter: Sendable {
  private let requests: Counter
  private let durations: Histogram

  init(_ metrics: MetricRegistry) {
    requests = metrics.counter(
      "tenant_kms_http_requests_total", "Requests answered, by route and status.",
      labels: ["method", "route", "status"])
    durations = metrics.histogram(
      "tenant_kms_http_request_seconds", "How long requests took, to the beginning of their answer.",
      labels: ["method", "route"])
  }

  /// Notes an answer.
  /// - Parameter route: the pattern of the route; nil where there was none.
  func note(_ method: HTTPRequest.Method, _ route: String?, _ status: HTTPResponse.Status, took duration: Duration) {
    // What a client chooses freely would be a series each.
    let method = route == nil ? "any" : method.rawValue
    requests.add(1, method, route ?? "none", "\(status.code)")
    durations.observe(duration, method, route ?? "none")
  }
}
