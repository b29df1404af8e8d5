import Foundation
import FoundationNetworking

/// RabbitMQ's management API, as far as the tests need it.
struct ManagementAPI: Sendable {
  struct UnexpectedStatus: Error {
    let path: String
    let status: Int
  }

  let base: URL
  let user: String
  let password: String

  /// Sends a request; path segments must be percent-encoded.
  @discardableResult
  func send(_ method: String, _ path: String, json: String? = nil) async throws -> Data {
    var request = URLRequest(url: try unwrap(URL(string: "\(base.absoluteString)/api/\(path)"), path))
    request.httpMethod = method
    request.setValue("application/json", forHTTPHeaderField: "Content-Type")
    request.setValue(
      "Basic " + Data("\(user):\(password)".utf8).base64EncodedString(), forHTTPHeaderField: "Authorization")
    request.httpBody = json.map { Data($0.utf8) }
    let (data, response) = try await URLSession.shared.data(for: request)
    let status = (response as? HTTPURLResponse)?.statusCode ?? 0
    guard 200..<300 ~= status else { throw UnexpectedStatus(path: path, status: status) }
    return data
  }

  func get<T: Decodable>(_ path: String, as type: T.Type = T.self) async throws -> T {
    try JSONDecoder().decode(type, from: await send("GET", path))
  }

  private func unwrap(_ url: URL?, _ path: String) throws -> URL {
    guard let url else { throw UnexpectedStatus(path: path, status: 0) }
    return url
  }
}
