import Foundation
import Repository
import Seeded
import Testing

/// Real faults on real servers, while clients write and rewraps run. Afterwards the ``Aftermath`` must hold, always.
@Suite(
  .enabled(if: Deployment.isPossible && PrivateServers.areInstalled), .deploymentSlot, .serialized, .privateServers,
  .timeLimit(.minutes(5)))
struct ChaosTests {
  @Test(arguments: ChaosSeed.rounds) func `workers, verifier and API are killed`(seed: UInt64) async throws {
    try await Chaos.run("kills", seed: seed) { chaos, generator in
      for _ in 0..<3 {
        try await chaos.untilMoving(chaos.onboard())
        for _ in 0..<3 { try await chaos.crashWorker(&generator) }
        async let onboarded = chaos.onboard()
        try await chaos.crash(generator.chance(50) ? chaos.deployment.verifier : chaos.deployment.api)
        try await chaos.untilMoving(onboarded)
        for program in [chaos.deployment.verifier, chaos.deployment.api].shuffled(using: &generator) {
          try await chaos.crash(program)
        }
        try await chaos.crashWorkers()
      }
    }
  }

  @Test(arguments: ChaosSeed.rounds) func `the broker is restarted, and its connections are cut`(seed: UInt64)
    async throws
  {
    try await Chaos.run("broker", seed: seed) { chaos, generator in
      for _ in 0..<2 {
        try await chaos.untilMoving(chaos.onboard())
        chaos.cutConnections()
        async let onboarded = chaos.onboard()
        chaos.cutConnections()
        try await chaos.untilMoving(onboarded)
      }
      try await chaos.untilMoving(chaos.onboard())
      try await chaos.restartBroker(&generator)
      try await chaos.onboard()
    }
  }

  @Test(arguments: ChaosSeed.rounds) func `the database is restarted in immediate mode`(seed: UInt64) async throws {
    try await Chaos.run("database", seed: seed) { chaos, _ in
      for _ in 0..<3 {
        try await chaos.untilMoving(chaos.onboard())
        try await chaos.restartDatabase()
        async let onboarded = chaos.onboard()
        try await chaos.restartDatabase()
        try await chaos.untilMoving(onboarded)
      }
    }
  }

  @Test(arguments: ChaosSeed.rounds) func `the customer's key is denied, throttled and out of reach, and comes back`(
    seed: UInt64
  ) async throws {
    let throttled = #"{"__type":"ThrottlingException","message":"Rate exceeded"}"#
    let answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: application/x-amz-json-1.1\r\nContent-Length: \(throttled.utf8.count)"
      + "\r\nConnection: close\r\n\r\n\(throttled)"
    try await Chaos.run("cloud", seed: seed) { chaos, generator in
      let denial = [KillSwitch.denyInline, .disableKey, .denyTrust].randomElement(using: &generator) ?? .denyTrust
      for fault in 0..<3 {
        let job = try await chaos.strandRewrap()
        let before = chaos.vainQuestions
        switch fault {
        case 0: try await denial.pull(chaos.account)
        case 1: chaos.breakCloud(at: "TrentService.Decrypt", .answer(answer))
        default: chaos.breakCloud(at: "Action=AssumeRole", .hang)
        }
        try chaos.startWorkers()
        try await chaos.untilAskedInVain(after: before)
        guard fault == 0 else {
          chaos.breakCloud(at: "", .forward)
          continue
        }
        _ = try await eventually("the rewrap to stop with the sealing") {
          try await chaos.status(of: job) == .pausedSealed ? true : nil
        }
        try await denial.restore(chaos.account)
        _ = try await eventually("the rewrap to go on with the unsealing") {
          try await [.running, .completed].contains(chaos.status(of: job)) ? true : nil
        }
      }
    }
  }

  @Test(arguments: ChaosSeed.rounds) func `every message is delivered twice, and out of order`(seed: UInt64)
    async throws
  {
    let manners = Courier.Manners(copies: 2, delay: .milliseconds(40))
    try await Chaos.run("courier", seed: seed, secrets: 1_500, through: manners) { chaos, generator in
      for _ in 0..<2 {
        try await chaos.untilMoving(chaos.onboard())
        try await chaos.crashWorker(&generator)
      }
      try await chaos.onboard()
    }
  }

  @Test(arguments: ChaosSeed.rounds) func `a worker is paused past its heartbeat in the midst of a batch, and resumed`(
    seed: UInt64
  ) async throws {
    try await Chaos.run("pause", seed: seed) { chaos, generator in
      let host = chaos.deployment.virtualHost
      let before = try await eventually("all workers' connections") {
        let connections = try await host.connections(named: "rewrap-worker").count
        return connections >= chaos.deployment.workers.count * 2 ? connections : nil
      }
      let frozen = try await chaos.freezeWorker(&generator)
      // It holds rows, for which clients wait, for whom a new version waits: until the server ends its session.
      try await chaos.onboard()
      _ = try await eventually("the broker to give the worker up") {
        try await host.connections(named: "rewrap-worker").count < before ? true : nil
      }
      frozen.signal(SIGCONT)
      try await chaos.onboard()
    }
  }
}
