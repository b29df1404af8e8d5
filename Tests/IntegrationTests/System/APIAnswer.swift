import HTTPClient
import JSON
import Testing

/// What the API answered.
struct APIAnswer: Sendable, CustomStringConvertible {
  let status: Int
  let headers: [String: String]
  let text: String

  var json: JSONValue {
    get throws { try JSONValue(parsing: Array(text.utf8), maximumLength: 16 << 20) }
  }

  /// The error object, or null.
  var error: JSONValue {
    get throws { try json["error"] ?? .null }
  }

  var description: String { "\(status) \(text.prefix(1000))" }
}

/// A client of the API: what a customer has in hand.
///
/// It sends through our own client: URLSession on Linux now and then sends a POST's header, and never its body.
struct APIClient: Sendable {
  let base: String
  private let http: HTTPClient

  /// - Parameter certificateAuthorities: a PEM file of whom to trust; the system's unless told.
  init(base: String, certificateAuthorities: String? = nil) {
    self.base = base
    var configuration = HTTPClientConfiguration()
    configuration.certificateAuthorities = certificateAuthorities
    configuration.allowsPlaintext = true
    configuration.totalTimeout = .seconds(60)
    configuration.maximumResponseBytes = 16 << 20
    http = HTTPClient(configuration: configuration)
  }

  /// A client of an API that runs, once it listens.
  /// - Parameter certificateAuthorities: as above, of an API that speaks TLS.
  init(of api: RunningProgram, certificateAuthorities: String? = nil) async throws {
    let listening = try await api.line { $0.contains(#""message":"listening""#) }
    let port = try #require(try JSONValue(parsing: Array(listening.utf8))["port"]?.string)
    let scheme = certificateAuthorities == nil ? "http" : "https"
    self.init(base: "\(scheme)://127.0.0.1:\(port)", certificateAuthorities: certificateAuthorities)
  }

  /// Sends a request; a body is sent as it is, valid or not.
  func send(
    _ method: String, _ path: String, token: String? = nil, body: [UInt8]? = nil, headers: [String: String] = [:]
  ) async throws -> APIAnswer {
    var fields = headers.map { HTTPHeader($0.key, $0.value) }
    if let token { fields.append(HTTPHeader("Authorization", "Bearer \(token)")) }
    if body != nil { fields.append(HTTPHeader("Content-Type", "application/json")) }
    let answer = try await http.send(
      HTTPRequest(method: method, url: base + path, headers: fields, body: body ?? []))
    let names = answer.headers.map { ($0.name.lowercased(), $0.value) }
    return APIAnswer(
      status: answer.status, headers: Dictionary(names) { $1 }, text: String(decoding: answer.body, as: UTF8.self))
  }

  /// Closes its connections.
  func close() async { await http.shutdown() }

  func get(_ path: String, token: String) async throws -> APIAnswer { try await send("GET", path, token: token) }

  func post(_ path: String, token: String, _ body: JSONValue) async throws -> APIAnswer {
    try await send("POST", path, token: token, body: body.canonicalBytes)
  }
}
