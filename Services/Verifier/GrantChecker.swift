import CloudKMS
import Commands
import Cryptography
import FoundationEssentials
import Logging
import MasterKeys
import Repository
import ServiceLifecycle

/// Unwraps every tenant's active key version again and again, to find out that a grant was taken away, or given back,
/// though nobody calls. Any number of these share the work.
///
/// It beats four times a second: a beat records, in one statement, the answers since the last, and claims as many looks
/// as there is room for. Whatever isn't a good grant that answered is recorded by itself, at once.
struct GrantChecker: Service {
  /// From one beat to the next: what is due waits for so long at most.
  static let beat = Duration.milliseconds(250)
  /// Who the audit chain says it was.
  static let actorID = "verifier"

  let grants: GrantStore
  let unwrap: @Sendable (KeyVersion) async throws(KMSFailure) -> SecretBytes
  let pace: GrantPace
  /// How many looks are under way at once.
  let concurrency: Int
  /// For how long a look is claimed: longer than it can take.
  let lease: Duration
  let logger: Logger

  /// Looks until graceful shutdown, which waits for those looks that are under way.
  func run() async throws {
    await withTaskGroup(of: Step.self) { group in
      var answered: [UUID] = []
      var underWay = 0
      group.addTask { await wait() }
      for await step in group {
        switch step {
        case .looked(let tenantID):
          underWay -= 1
          if let tenantID { answered.append(tenantID) }
        case .beat:
          answered = await record(answered)
          if Task.isCancelled || Task.isShuttingDownGracefully && underWay == 0 { return }
          if !Task.isShuttingDownGracefully {
            for check in await claim(concurrency - underWay) {
              underWay += 1
              group.addTask { await look(check) }
            }
          }
          group.addTask { await wait() }
        }
      }
    }
  }

  private enum Step {
    case beat
    /// A look is over; the tenant's, if it was active, and answered.
    case looked(UUID?)
  }

  private func wait() async -> Step {
    try? await Task.sleep(for: Self.beat)
    return .beat
  }

  private func claim(_ limit: Int) async -> [GrantCheck] {
    guard limit > 0 else { return [] }
    do { return try await grants.claim(limit: limit, lease: lease) } catch {
      logger.warning("grants not looked at", metadata: ["error": "\(error)"])
      return []
    }
  }

  /// - Returns: those that are still to be recorded.
  private func record(_ answered: [UUID]) async -> [UUID] {
    guard !answered.isEmpty else { return [] }
    do {
      try await grants.recordAnswers(of: answered, pace: pace)
      return []
    } catch {
      logger.warning("answers not recorded, to be tried again", metadata: ["error": "\(error)"])
      return answered
    }
  }

  private func look(_ check: GrantCheck) async -> Step {
    var logger = logger
    logger[metadataKey: "tenant_id"] = .string(check.version.tenantID.text)
    let (finding, detail) = await finding(of: check.version)
    // What a cancelled call throws says nothing about the grant.
    guard !Task.isCancelled else { return .looked(nil) }
    if finding == .answered, check.state == .active { return .looked(check.version.tenantID) }
    do {
      let state = try await grants.record(finding, of: check.version, by: Self.actorID, pace: pace, at: Date())
      if let state, state != check.state {
        logger[metadataKey: "detail"] = detail.map { "\($0)" }
        logger.notice(
          "grant changed",
          metadata: ["from": "\(check.state.rawValue)", "to": "\(state.rawValue)", "finding": "\(finding)"])
      }
    } catch {
      logger.error("finding not recorded", metadata: ["finding": "\(finding)", "error": "\(error)"])
    }
    return .looked(nil)
  }

  /// What is found, and what only the operator should see of it.
  private func finding(of version: KeyVersion) async -> (GrantFinding, detail: String?) {
    do throws(KMSFailure) {
      _ = try await unwrap(version)
      return (.answered, nil)
    } catch { return (GrantFinding(error), error.operatorDetail) }
  }
}
