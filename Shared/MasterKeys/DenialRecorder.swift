import Commands
import FoundationEssentials
public import Logging
public import Repository
public import ServiceLifecycle

/// Seals the tenants whose keys were denied to a request, without waiting for the checker's next look.
///
/// It is a service of its own because the request may be inside of a transaction which the sealing has to wait for.
public struct DenialRecorder: Service {
  private let masterKeys: MasterKeys
  private let grants: GrantStore
  private let actorID: String
  private let logger: Logger

  /// Creates the recorder of a process's denials.
  /// - Parameters:
  ///   - masterKeys: whose requests meet denials.
  ///   - grants: where they are recorded.
  ///   - actorID: the process's name, for the audit chain.
  ///   - logger: told of tenants that this sealed, and of what couldn't be recorded.
  public init(masterKeys: MasterKeys, grants: GrantStore, actorID: String, logger: Logger) {
    self.masterKeys = masterKeys
    self.grants = grants
    self.actorID = actorID
    self.logger = logger
  }

  /// Records denials until graceful shutdown; call it once. One that can't be recorded is logged and dropped: the next
  /// request or the checker will meet it again.
  public func run() async throws {
    for await denial in masterKeys.denials.cancelOnGracefulShutdown() {
      var logger = logger
      logger[metadataKey: "tenant_id"] = .string(denial.version.tenantID.text)
      do {
        let finding = GrantFinding(denial.failure)
        let state = try await grants.record(finding, of: denial.version, by: actorID, at: Date())
        if state == .sealed { logger.warning("tenant sealed", metadata: ["failure": "\(denial.failure)"]) }
      } catch {
        logger.error("denial not recorded", metadata: ["failure": "\(denial.failure)", "error": "\(error)"])
      }
    }
  }
}
