/// Where a deployment's database and broker are, each as a superuser.
struct ServerNames: Sendable {
  /// Those that the environment names.
  static let shared = ServerNames(
    database: TestDatabase.serverURL, amqp: TestBroker.amqpURL, rabbitMQAPI: TestBroker.apiURL)

  let database: String?
  let amqp: String?
  let rabbitMQAPI: String?
}
