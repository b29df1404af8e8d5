import Testing

@testable import AMQP

@Suite("AMQP URL")
struct EndpointTests {
  @Test(
    "Parts and defaults",
    arguments: [
      ("amqp://h", "guest", "guest", "h", 5672, "/"),
      ("amqps://h", "guest", "guest", "h", 5671, "/"),
      ("amqp://h/", "guest", "guest", "h", 5672, "/"),
      ("amqp://u:p@h:1/v", "u", "p", "h", 1, "v"),
      ("amqp://u@h/%2f", "u", "", "h", 5672, "/"),
      ("amqp://a%40b:p%3A%2F@h/v%20w", "a@b", "p:/", "h", 5672, "v w"),
      ("amqp://u:p@[::1]:65535/a/b", "u", "p", "::1", 65535, "a/b"),
    ])
  func parse(url: String, user: String, password: String, host: String, port: Int, virtualHost: String) throws {
    let endpoint = try Endpoint(url: url)
    #expect(endpoint.user == user)
    #expect(endpoint.password == password)
    #expect(endpoint.host == host)
    #expect(endpoint.port == port)
    #expect(endpoint.virtualHost == virtualHost)
    #expect(endpoint.isTLS == url.hasPrefix("amqps"))
  }

  @Test(
    "What can't be used is refused without being shown",
    arguments: [
      "", "http://h", "amqp://", "amqp://u:hunter2@", "amqp://u:hunter2@h:0", "amqp://u:hunter2@h:65536",
      "amqp://u:hunter2@h:+1", "amqp://u:hunter2@h:x", "amqp://u:hunter2@h/%zz", "amqp://u:hunter2@h/%f",
      "amqp://u:hunter2@h/%00", "amqp://u:hunter2@h/%ff", "amqp://u:hunter2@[::1", "amqp://u:hunter2@[::1]x",
      "amqp://u:hunter2@h?heartbeat=1", "amqp://u:hunter2@h/" + String(repeating: "v", count: 2048),
    ])
  func refuse(url: String) throws {
    let error = try #require(throws: AMQPError.self) { try Endpoint(url: url) }
    #expect(error.code == .invalidConfiguration)
    #expect(error.isFatal)
    #expect(!error.description.contains("hunter2"))
  }

  @Test("A description shows neither user nor password")
  func description() throws {
    let configuration = try AMQPConfiguration(url: "amqps://alice:hunter2@broker/tenant", connectionName: "test")
    #expect("\(configuration)" == "amqps://broker:5671 (virtual host tenant)")
  }

  @Test("Heartbeat, timeout and body size have bounds")
  func bounds() {
    #expect(throws: AMQPError.self) {
      try AMQPConfiguration(url: "amqp://h", connectionName: "", heartbeat: .milliseconds(999))
    }
    #expect(throws: AMQPError.self) {
      try AMQPConfiguration(url: "amqp://h", connectionName: "", connectTimeout: .zero)
    }
    #expect(throws: AMQPError.self) {
      try AMQPConfiguration(url: "amqp://h", connectionName: "", maximumBodySize: 0)
    }
  }
}
