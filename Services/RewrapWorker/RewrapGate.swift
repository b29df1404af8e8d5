import FoundationEssentials
import Repository

/// Lets batches begin as the limits allow. Where no limit is set, that costs one small query a second, not one a batch.
actor RewrapGate {
  /// How long it is remembered that there is no limit, and so how late the first one may take effect.
  static let memory = Duration.seconds(1)

  private let store: RewrapStore
  private var unlimitedUntil = ContinuousClock.now

  init(store: RewrapStore) { self.store = store }

  /// Asks for a batch of a job to begin.
  func admit(_ job: UUID, rows: Int32) async throws -> RewrapAdmission {
    let now = ContinuousClock.now
    if now < unlimitedUntil { return .unlimited }
    guard try await store.isLimited() else {
      unlimitedUntil = now + Self.memory
      return .unlimited
    }
    return try await store.admit(job, rows: rows)
  }

  /// Settles with the limits what a batch took of its grant.
  func settle(_ admission: RewrapAdmission, taken: Int32, by job: UUID) async throws {
    guard case .granted(let granted) = admission, taken < granted else { return }
    try await store.giveBack(granted - taken, to: job)
  }
}
