import FoundationEssentials
import Glibc
import Postgres
import Repository
import Seeded
import Testing

extension Chaos {
  /// Kills a program and starts it again.
  func crash(_ program: RunningProgram?) async throws {
    guard let program else { return }
    await program.stop(SIGKILL)
    try program.start()
  }

  /// Kills one of the workers, and starts it again.
  func crashWorker(_ generator: inout SeededGenerator) async throws {
    try await crash(deployment.workers.randomElement(using: &generator))
  }

  /// Kills every worker, so that nobody holds a key, and starts them again.
  func crashWorkers() async throws {
    for worker in deployment.workers { try await crash(worker) }
  }

  /// Onboards once more, and kills every worker in the midst of the rewrap.
  /// - Returns: the job, which nobody carries on.
  func strandRewrap() async throws -> UUID {
    while true {
      let job = try await onboard()
      try await untilMoving(job)
      for worker in deployment.workers { await worker.stop(SIGKILL) }
      if try await status(of: job) == .running { return job }
      try startWorkers()
    }
  }

  /// Pauses a worker while one of its sessions holds rows that it has rewrapped and not committed.
  func freezeWorker(_ generator: inout SeededGenerator) async throws -> RunningProgram {
    let worker = try #require(deployment.workers.randomElement(using: &generator))
    while true {
      let job = try await onboard()
      try await untilMoving(job)
      while try await status(of: job) == .running {
        worker.signal(SIGSTOP)
        if try await isBatchHeld() { return worker }
        worker.signal(SIGCONT)
      }
    }
  }

  /// Whether a batch that has written idles, once either that is certain or none is under way.
  private func isBatchHeld() async throws -> Bool {
    try await deployment.withPool { pool in
      while true {
        let batches = try await pool.execute(
          """
          SELECT count(*) AS open, count(*) FILTER (WHERE state_change < now() - interval '0.3 s') AS held
          FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rewrap-worker'
            AND state = 'idle in transaction' AND backend_xid IS NOT NULL
          """)[0]
        if try batches.get("held", as: Int64.self) > 0 { return true }
        if try batches.get("open", as: Int64.self) == 0 { return false }
      }
    }
  }

  func startWorkers() throws {
    for worker in deployment.workers { try worker.start() }
  }

  /// Cuts every connection to the broker, which may come back at once.
  func cutConnections() {
    broker.behave(.reset)
    broker.behave(.forward)
  }

  /// Restarts the broker, by kill or in an orderly way.
  func restartBroker(_ generator: inout SeededGenerator) async throws {
    await servers.broker.stop(generator.chance(50) ? SIGKILL : SIGTERM)
    try await servers.broker.start()
  }

  /// Stops the database in immediate mode, as a crash would, and starts it again.
  func restartDatabase() async throws {
    servers.database.stop()
    try await servers.database.start()
  }

  /// Has the cloud fail in this way from a text of a request on, also on connections that are open.
  func breakCloud(at text: String, _ behaviour: FaultProxy.Behaviour) {
    cloud.behave(.reset)
    cloud.behave(.until(text, behaviour))
  }

  /// How often workers have found no answer when they asked for the tenant's key.
  var vainQuestions: Int {
    deployment.workers.reduce(0) { $0 + $1.output.ranges(of: "rewrap waits for the tenant's key").count }
  }

  /// Waits until a worker has found no answer once more.
  func untilAskedInVain(after before: Int) async throws {
    _ = try await eventually("a worker to ask for the key") { vainQuestions > before ? true : nil }
  }
}
