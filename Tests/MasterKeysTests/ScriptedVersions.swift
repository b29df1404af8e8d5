import FoundationEssentials
import Locking
import Repository

@testable import MasterKeys

/// Key versions in memory.
final class ScriptedVersions: KeyVersionSource {
  private let stored: Guarded<[KeyVersion]>

  init(_ versions: [KeyVersion]) { stored = Guarded(versions) }

  func activeVersion(of tenantID: UUID) async throws -> KeyVersion {
    guard let version = stored.withLock({ $0.last { $0.tenantID == tenantID && $0.status == .active } }) else {
      throw NoSuchTenant()
    }
    return version
  }

  func version(_ version: Int32, of tenantID: UUID) async throws -> KeyVersion? {
    stored.withLock { $0.first { $0.tenantID == tenantID && $0.version == version } }
  }

  /// Puts another version in the active one's place.
  func activate(_ version: KeyVersion) { stored.withLock { $0.append(version) } }

  struct NoSuchTenant: Error {}
}
