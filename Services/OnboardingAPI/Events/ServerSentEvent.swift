import JSON
import NIOCore

/// One event of a `text/event-stream` (WHATWG HTML, section 9.2).
struct ServerSentEvent: Sendable, Equatable {
  /// What a client listens for.
  let name: String
  /// One line of JSON.
  let data: JSONValue

  /// What keeps a quiet stream open, and tells us of a client that has gone.
  static let heartbeat = ByteBuffer(string: ": still here\n\n")

  /// What begins a stream: how long a client that lost it waits before it asks again.
  static let preamble = ByteBuffer(string: "retry: 2000\n\n")

  static let contentType = "text/event-stream"

  /// The event on the wire.
  /// - Parameter id: what a client that asks again sends as `Last-Event-ID`; nil where nobody can ask again.
  func bytes(id: Int64? = nil) -> ByteBuffer {
    let place = id.map { "id: \($0)\n" } ?? ""
    return ByteBuffer(string: "event: \(name)\n\(place)data: \(data.canonicalText)\n\n")
  }
}
