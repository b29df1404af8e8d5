import Foundation
import FoundationNetworking
import JSON
import Locking

/// A client of `GET /admin/tenant-kms/events`, reading as the bytes come.
final class EventStreamClient: NSObject, URLSessionDataDelegate, Sendable {
  struct Event: Sendable {
    let name: String
    let id: String
    let data: JSONValue
  }

  private struct State {
    var status: Int?
    var bytes: [UInt8] = []
    var isOver = false
  }

  private let state = Guarded(State())

  /// Connects and begins to read.
  static func open(
    _ client: APIClient, token: String, headers: [String: String] = [:]
  ) throws -> EventStreamClient {
    guard let url = URL(string: client.base + "/admin/tenant-kms/events") else { throw URLError(.badURL) }
    var request = URLRequest(url: url)
    request.timeoutInterval = 120
    request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
    for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
    let stream = EventStreamClient()
    URLSession(configuration: .ephemeral, delegate: stream, delegateQueue: nil).dataTask(with: request).resume()
    return stream
  }

  /// What the service answered, once it has.
  var status: Int? { state.withLock { $0.status } }

  /// Everything it has sent.
  var text: String { state.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

  /// Whether it has ended the stream.
  var isOver: Bool { state.withLock { $0.isOver } }

  /// The events so far.
  var events: [Event] {
    text.components(separatedBy: "\n\n").dropLast().compactMap { block in
      var fields: [String: String] = [:]
      for line in block.split(separator: "\n") {
        let parts = line.split(separator: ":", maxSplits: 1)
        if parts.count == 2 { fields[String(parts[0])] = parts[1].trimmingCharacters(in: .whitespaces) }
      }
      guard let name = fields["event"], let id = fields["id"], let data = fields["data"],
        let json = try? JSONValue(parsing: Array(data.utf8))
      else { return nil }
      return Event(name: name, id: id, data: json)
    }
  }

  func urlSession(
    _: URLSession, dataTask _: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    state.withLock { $0.status = (response as? HTTPURLResponse)?.statusCode }
    completionHandler(.allow)
  }

  func urlSession(_: URLSession, dataTask _: URLSessionDataTask, didReceive data: Data) {
    state.withLock { $0.bytes += data }
  }

  func urlSession(_ session: URLSession, task _: URLSessionTask, didCompleteWithError _: (any Error)?) {
    state.withLock { $0.isOver = true }
    session.finishTasksAndInvalidate()
  }
}
