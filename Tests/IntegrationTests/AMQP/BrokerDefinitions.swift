import Foundation
import Testing

/// The broker's users as the product ships them, without their passwords.
struct BrokerDefinitions: Decodable {
  struct Permissions: Codable {
    let user: String
    let configure: String
    let write: String
    let read: String
  }

  let permissions: [Permissions]

  static func shipped() throws -> BrokerDefinitions {
    let file = URL(filePath: #filePath).appending(path: "../../../../compose/rabbitmq/definitions.json").standardized
    return try JSONDecoder().decode(BrokerDefinitions.self, from: Data(contentsOf: file))
  }

  func permissions(of role: ServiceRole) throws -> Permissions {
    try #require(permissions.first { $0.user == "tenant-kms-\(role)" })
  }
}

extension VirtualHost {
  /// Makes a service's user, which goes with the virtual host.
  /// - Parameter port: where the broker is reached; its own port unless told.
  /// - Returns: the virtual host's URL for it.
  func makeUser(_ role: ServiceRole, port: Int? = nil) async throws -> String {
    let (user, password) = ("\(name)-\(role)", UUID().uuidString)
    try await api.send("PUT", "users/\(user)", json: #"{"password":"\#(password)","tags":""}"#)
    let permissions = try JSONEncoder().encode(BrokerDefinitions.shipped().permissions(of: role))
    try await api.send(
      "PUT", "permissions/\(name)/\(user)", json: String(decoding: permissions, as: UTF8.self))
    var url = amqp
    (url.user, url.password, url.path, url.port) = (user, password, "/\(name)", port ?? amqp.port)
    return try #require(url.string)
  }
}
