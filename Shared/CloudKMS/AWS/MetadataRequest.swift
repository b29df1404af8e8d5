internal import HTTPClient

/// Asks an endpoint of the machine's own, which answers at once or never.
struct MetadataRequest: Sendable {
  /// The longest that one answer may take.
  static let patience = Duration.seconds(2)

  let transport: any HTTPTransport

  /// The body of an answer with status 200.
  func body(
    _ url: String, method: String = "GET", headers: [HTTPHeader] = []
  ) async throws(MetadataFailure) -> [UInt8] {
    let response: HTTPResponse
    do throws(HTTPClientError) {
      response = try await transport.send(
        HTTPRequest(method: method, url: url, headers: headers, timeout: Self.patience))
    } catch { throw MetadataFailure(status: nil, why: "it could not be asked, \(error.code)") }
    guard response.status == 200 else {
      throw MetadataFailure(status: response.status, why: "it answered with status \(response.status)")
    }
    return response.body
  }
}

/// Why such an endpoint gave nothing.
struct MetadataFailure: Error, Equatable {
  /// What it answered; nil where it didn't.
  let status: Int?
  let why: String
}
