import Foundation
import HTTPClient
import JSON
import Postgres
import Repository
import Seeded
import Testing

/// A deployment under fire: a tenant with data, clients that write to it, and servers that may be killed.
struct Chaos: Sendable {
  /// Small batches and short waits: many messages, and no waiting for what is slow on purpose.
  static let settings = [
    "REWRAP_BATCH_ROWS": "20", "REWRAP_STALLED_SECONDS": "1", "VERIFY_TIMEOUT_SECONDS": "3",
    "VERIFY_PATIENCE_SECONDS": "0", "KMS_TOTAL_TIMEOUT_SECONDS": "2", "KMS_CONNECT_TIMEOUT_SECONDS": "2",
    "CHECK_INTERVAL_SECONDS": "1", "SEALED_CHECK_INTERVAL_SECONDS": "1",
    "LOG_LEVEL": "info",
  ]

  let deployment: Deployment
  let servers: PrivateServers
  let account: CustomerAWSAccount
  let tenant: Deployment.Tenant
  let tally: RewrapTally
  /// Stands between the services and the broker.
  let broker: FaultProxy
  /// Stands between the services and the cloud.
  let cloud: FaultProxy

  /// Runs a scenario against three workers and a tenant with secrets of which three clients write most, then lets
  /// everything settle and checks the ``Aftermath``.
  /// - Parameter seed: what chance decides in it, with the scenario's name. Processes still race each other: a seed
  ///   repeats the choices, not the interleaving.
  static func run(
    _ name: String, seed: UInt64, secrets: Int = 3_000, through courier: Courier.Manners? = nil,
    _ scenario: (Chaos, inout SeededGenerator) async throws -> Void
  ) async throws {
    var generator = SeededGenerator(seed: name.utf8.reduce(seed) { $0 &* 31 &+ UInt64($1) })
    let servers = try #require(PrivateServers.current)
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    let broker = try FaultProxy(to: try port(of: servers.names.amqp))
    let cloud = try FaultProxy(to: try port(of: StandInAWS.endpoint))
    defer {
      broker.stop()
      cloud.stop()
    }
    let settings = settings.merging([
      "HTTP_PORT": "\(LoopbackPort.free())", "AWS_ENDPOINT_URL": "http://127.0.0.1:\(cloud.port)",
    ]) { $1 }
    try await Deployment.with(settings, workers: 3, brokerPort: broker.port, on: servers.names, as: account) {
      deployment in
      let tenant = try await deployment.makeTenant()
      let made = try await deployment.insertSecrets(secrets, for: tenant)
      let chaos = Chaos(
        deployment: deployment, servers: servers, account: account, tenant: tenant,
        tally: try await RewrapTally(deployment.database), broker: broker, cloud: cloud)
      try await Courier.with(courier, between: deployment, seed: generator.next()) {
        let ledger = try await chaos.underWrites(to: made, &generator, scenario)
        try await Aftermath(chaos: chaos, ledger: ledger).check()
      }
    }
  }

  /// Runs the scenario while clients write.
  /// - Returns: what all of them were told.
  private func underWrites(
    to made: [String: InsertedSecret], _ generator: inout SeededGenerator,
    _ scenario: (Chaos, inout SeededGenerator) async throws -> Void
  ) async throws -> Ledger {
    let whistle = Whistle()
    return try await withThrowingTaskGroup(of: Writer.self) { group in
      for number in 0..<3 {
        let owned = made.filter { $0.value.number % 4 == number }
        var writer = Writer(
          number, owning: owned, base: deployment.client.base, apiKey: tenant.apiKey,
          generator: SeededGenerator(seed: generator.next()))
        group.addTask {
          try await writer.run(until: whistle)
          return writer
        }
      }
      do { try await scenario(self, &generator) } catch {
        whistle.blow()
        throw error
      }
      whistle.blow()
      var ledger = Ledger(made.mapValues(\.value))
      for try await writer in group {
        #expect(writer.acknowledged > 0, "a client that writes")
        ledger.merge(writer.ledger)
      }
      return ledger
    }
  }

  /// Onboards the customer's key once more, as often as it takes: every row is to be rewrapped under a new version.
  /// - Returns: the job that does it.
  @discardableResult
  func onboard() async throws -> UUID {
    var told = "nothing"
    let version: Int64
    do {
      version = try await eventually("an onboarding", within: .seconds(60)) {
        do {
          let answer = try await deployment.client.post(
            "/admin/tenant-kms", token: tenant.ownerToken, account.candidate)
          told = "\(answer)"
          guard answer.status == 200 else {
            #expect([409, 503, 504].contains(answer.status), "\(answer)")
            return nil
          }
          return try answer.json["new_key_version"]?.integer.map { Int64($0) }
        } catch let error as HTTPClientError {
          told = "\(error)"
          return nil
        }
      }
    } catch {
      Issue.record("never onboarded, and told at last: \(told)")
      throw error
    }
    return try await deployment.withPool { pool in
      try await pool.execute(
        "SELECT id FROM rewrap_jobs WHERE tenant_id = $1 AND target_version = $2",
        [.uuid(tenant.id), .int4(Int32(version))])[0].get("id", as: UUID.self)
    }
  }

  /// Waits until a job has rewritten rows, or is over already.
  func untilMoving(_ job: UUID) async throws {
    try await deployment.withPool { pool in
      let store = RewrapStore(pool: pool)
      _ = try await eventually("the rewrap to move") {
        guard let job = try await store.job(job) else { return nil as Bool? }
        return job.processed > 0 || job.status != .running ? true : nil
      }
    }
  }

  func status(of job: UUID) async throws -> RewrapJob.Status? {
    try await deployment.withPool { try await RewrapStore(pool: $0).job(job)?.status }
  }

  private static func port(of url: String?) throws -> Int { try #require(URLComponents(string: url ?? "")?.port) }
}
