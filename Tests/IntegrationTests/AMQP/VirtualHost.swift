import AMQP
import Foundation
import FoundationNetworking
import Testing

/// One test's virtual host.
struct VirtualHost: Sendable {
  struct Connection: Decodable {
    struct Properties: Decodable {
      let connection_name: String?
    }
    let name: String
    let client_properties: Properties
    let connected_at: Int64?
  }

  struct Queue: Decodable {
    enum Argument: Decodable, Equatable {
      case text(String)
      case number(Int)
      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Int.self) {
          self = .number(number)
        } else {
          self = .text(try container.decode(String.self))
        }
      }
    }
    let arguments: [String: Argument]
    let type: String?
    let messages_ready: Int?
    let messages_unacknowledged: Int?
  }

  private struct Permission: Decodable {
    let user: String
  }

  let name: String
  let api: ManagementAPI
  let amqp: URLComponents

  func create() async throws {
    try await api.send("PUT", "vhosts/\(name)")
    try await api.send(
      "PUT", "permissions/\(name)/\(api.user)", json: #"{"configure":".*","write":".*","read":".*"}"#)
  }

  /// Deletes it, and the users made for it: those with a permission in it that bear its name. `GET users` would answer
  /// 500 while another test deletes one of the users being listed.
  func delete() async throws {
    let users = try await api.get("vhosts/\(name)/permissions", as: [Permission].self).map(\.user)
    try await api.send("DELETE", "vhosts/\(name)")
    for user in users where user.hasPrefix(name) { try await api.send("DELETE", "users/\(user)") }
  }

  func configuration(
    _ connectionName: String = "test", heartbeat: Duration = .seconds(10), maximumBodySize: Int = 1 << 20
  ) throws -> AMQPConfiguration {
    var url = amqp
    url.path = "/\(name)"
    return try AMQPConfiguration(
      url: try #require(url.string), connectionName: connectionName, heartbeat: heartbeat,
      backoff: AMQPBackoff(base: .milliseconds(10), maximum: .milliseconds(200)), maximumBodySize: maximumBodySize)
  }

  func queue(_ queue: String) async throws -> Queue {
    try await api.get("queues/\(name)/\(queue)")
  }

  func connections(named connectionName: String) async throws -> [Connection] {
    try await api.get("vhosts/\(name)/connections", as: [Connection].self)
      .filter { $0.client_properties.connection_name == connectionName }
  }

  /// Has the broker close a client's connection, once the management plugin has heard of it.
  func closeConnection(named connectionName: String, except old: Set<String> = []) async throws -> String {
    let connection = try await eventually("a connection named \(connectionName)") {
      try await connections(named: connectionName).first { !old.contains($0.name) }
    }
    let path = connection.name.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    try await api.send("DELETE", "connections/\(path)")
    return connection.name
  }
}

/// Asks until there's an answer, at most for 20 s unless told: the management plugin knows some things a little late.
func eventually<T>(
  _ what: String, within limit: Duration = .seconds(20), _ question: () async throws -> T?
) async throws -> T {
  let deadline = ContinuousClock.now + limit
  while ContinuousClock.now < deadline {
    if let answer = try await question() { return answer }
    try await Task.sleep(for: .milliseconds(50))
  }
  throw Overdue(what: what)
}

struct Overdue: Error {
  let what: String
}
