import Commands
import FoundationEssentials
import MasterKeys
import Repository

/// Takes a tenant's key away, or has it taken away, watches what the running services do about it, and gives it back.
struct KillSwitchDrill: Sendable {
  /// Why there was nothing to measure.
  struct Failure: Error, CustomStringConvertible {
    let description: String

    init(_ what: String) { description = "drill: \(what)" }
  }

  /// How often it looks.
  static let pause = Duration.milliseconds(50)
  /// How long a process has to say that it dropped the key, before the drill leaves it to the key's time to live.
  static let evictionPatience = Duration.seconds(10)

  let tenantID: UUID
  let keys: KeyStore
  let grants: GrantStore
  let watch: EvictionWatch
  /// How long the drill waits for the seal, and then for the unsealing.
  let patience: Duration
  let say: @Sendable (String) -> Void

  /// Runs the drill.
  /// - Throws: ``Failure``; what the database throws and what the hand throws. The key is given back before, wherever it
  ///   had been taken away; where that fails too, it is said.
  func run(by hand: any KeySwitch) async throws -> DrillReport {
    guard try await configuration().sealedSince == nil else {
      throw Failure("the tenant is sealed already; restore its key first")
    }
    let version = try await keys.activeVersion(of: tenantID)
    let revokedAt = try await hand.takeAway(at: grants.databaseTime)
    say("the key is taken away; waiting for the seal")
    let unrestored: Unrestored
    do { unrestored = try await observeSeal(of: version, since: revokedAt) } catch {
      say("giving the key back, since the drill failed")
      do { _ = try await hand.giveBack(at: grants.databaseTime) } catch {
        say("the key is NOT given back, do so by hand: \(error)")
      }
      throw error
    }
    let restoredAt = try await hand.giveBack(at: grants.databaseTime)
    say("the key is given back; waiting for the end of the seal")
    let unsealed = try await wait("the tenant is still sealed") { $0.sealedSince == nil }
    let report = DrillReport(
      tenantID: tenantID, keyReference: version.wrapping.customerKey?.wrappingKey ?? "", method: hand.method,
      revokedAt: revokedAt, sealedAt: unrestored.sealedAt, reason: unrestored.reason, evictions: unrestored.evictions,
      evictedBy: unrestored.sealedAt.addingTimeInterval(watch.timeToLive.longestHold(of: version) / .seconds(1)),
      lastSessionEnd: unrestored.lastSessionEnd, restoredAt: restoredAt, unsealedAt: unsealed.lastVerifiedAt)
    say("unsealed after \(report.secondsToUnsealing) s")
    return report
  }

  /// What is known before the key is given back.
  private struct Unrestored {
    let sealedAt: Date
    let reason: String
    let evictions: [KeyEviction]
    let lastSessionEnd: Date?
  }

  private func observeSeal(of version: KeyVersion, since revokedAt: Date) async throws -> Unrestored {
    let sealed = try await wait("the tenant is not sealed") { $0.sealedSince != nil }
    let sealedAt = sealed.sealedSince ?? revokedAt
    say("sealed after \(DrillReport.seconds(from: revokedAt, to: sealedAt)) s: \(sealed.lastVerifyError ?? "")")
    let evictions = try await watch.evictions(
      of: version, after: TenantEvent(.tenantSealed, of: tenantID), within: Self.evictionPatience, since: sealedAt)
    for eviction in evictions {
      let seconds = eviction.evictedAt.map {
        "dropped the key after \(DrillReport.seconds(from: revokedAt, to: $0)) s"
      }
      say("\(eviction.service) \(eviction.holderID): \(seconds ?? "has not said that it dropped the key")")
    }
    let lastSessionEnd = try await grants.lastSessionEnd(of: tenantID, after: sealedAt)
    say(lastSessionEnd.map { "the last session ends at \(String.timestamp($0))" } ?? "no agent has a session")
    return Unrestored(
      sealedAt: sealedAt, reason: sealed.lastVerifyError ?? "", evictions: evictions, lastSessionEnd: lastSessionEnd)
  }

  private func wait(
    _ otherwise: String, until isExpected: (KMSConfiguration) -> Bool
  ) async throws -> KMSConfiguration {
    let deadline = ContinuousClock.now + patience
    while true {
      let configuration = try await configuration()
      if isExpected(configuration) { return configuration }
      guard ContinuousClock.now < deadline else {
        throw Failure("\(otherwise) after \(patience / .seconds(1)) s; do the verifiers run?")
      }
      try await Task.sleep(for: Self.pause)
    }
  }

  private func configuration() async throws -> KMSConfiguration {
    guard let configuration = try await keys.configuration(of: tenantID) else {
      throw Failure("the tenant has not brought a key")
    }
    return configuration
  }
}
