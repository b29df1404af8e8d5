public import Commands
public import FoundationEssentials

/// Where the processes that hold keys are written down: the seam at which ``KeyHolderStore`` can be replaced in a test.
public protocol KeyHolderRegistry: Sendable {
  /// Writes down that a process may hold keys from now on.
  func enter(_ id: UUID, service: String) async throws

  /// Writes down that a process that hears of an event has dropped what it held of the tenant; nothing where the process
  /// isn't written down itself.
  func acknowledge(_ event: TenantEvent, by id: UUID) async throws

  /// Forgets a process that has dropped everything.
  func leave(_ id: UUID) async throws
}
