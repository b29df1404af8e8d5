import FoundationEssentials
import Locking
import Repository

/// What a batch turned out to hold, noted while it is rewrapped.
struct BatchTally: Sendable {
  private let state = Guarded<(rows: Int32, tenantID: UUID?)>((0, nil))

  /// How many rows it took.
  var rows: Int32 { state.withLock { $0.rows } }

  /// Whose they are; nil where there were none.
  var tenantID: UUID? { state.withLock { $0.tenantID } }

  /// Rewraps chunks of rows, and notes them.
  func noting(_ rewrap: @escaping RewrapStore.Rewrap) -> RewrapStore.Rewrap {
    { rows, table, tenantID, target in
      state.withLock { $0 = ($0.rows + Int32(rows.count), tenantID) }
      return try await rewrap(rows, table, tenantID, target)
    }
  }
}
