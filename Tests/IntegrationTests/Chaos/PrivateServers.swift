import Testing

/// The servers of a suite that stops and kills them: a database and a broker that nobody else uses, up for the whole
/// suite.
struct PrivateServers: Sendable {
  @TaskLocal static var current: PrivateServers?

  static var areInstalled: Bool { PrivateServer.isInstalled && PrivateBroker.isInstalled }

  let database: PrivateServer
  let broker: PrivateBroker

  var names: ServerNames {
    ServerNames(database: database.url(host: "127.0.0.1"), amqp: broker.servers.amqp, rabbitMQAPI: broker.servers.api)
  }

  /// Starts both around a suite, once.
  struct Lent: SuiteTrait, TestScoping {
    func provideScope(
      for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
      try await PrivateServer.with { database in
        try await PrivateBroker.with { broker in
          try await PrivateServers.$current.withValue(PrivateServers(database: database, broker: broker)) {
            try await function()
          }
        }
      }
    }
  }
}

extension Trait where Self == PrivateServers.Lent {
  /// Has ``PrivateServers/current`` for the suite's tests.
  static var privateServers: Self { PrivateServers.Lent() }
}
