import Foundation
import FoundationNetworking
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
struct APIClient: Sendable {
  let base: String
  private let session = URLSession(configuration: .ephemeral)

  init(base: String) { self.base = base }

  /// Sends a request; a body is sent as it is, valid or not.
  func send(
    _ method: String, _ path: String, token: String? = nil, body: [UInt8]? = nil, headers: [String: String] = [:]
  ) async throws -> APIAnswer {
    var request = URLRequest(url: try #require(URL(string: base + path)))
    request.httpMethod = method
    request.timeoutInterval = 60
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    if let token { request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization") }
    if let body {
      request.httpBody = Data(body)
      request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    }
    let (data, response) = try await session.data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    let names = http.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
    return APIAnswer(
      status: http.statusCode, headers: Dictionary(names) { $1 }, text: String(decoding: data, as: UTF8.self))
  }

  func get(_ path: String, token: String) async throws -> APIAnswer { try await send("GET", path, token: token) }

  func post(_ path: String, token: String, _ body: JSONValue) async throws -> APIAnswer {
    try await send("POST", path, token: token, body: body.canonicalBytes)
  }
}
