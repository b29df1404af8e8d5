import FoundationEssentials
import JSON
import MasterKeys
import Repository

/// Gives tenants on the platform's wrapping new master keys, one after the other.
struct PlatformRotation: Sendable {
  let keys: KeyStore
  let wrapping: PlatformWrapping
  /// Whether a tenant is left as it is whose active key is wrapped as a new one would be.
  let onlyOutdated: Bool

  /// What became of one tenant.
  enum Outcome: Sendable, Equatable {
    case rotated(version: Int32, method: KeyVersion.WrapMethod, leaseID: UUID)
    /// It has brought a key.
    case ownKey
    /// It is wrapped as a new key would be.
    case current
    /// Nothing of it was changed.
    case failed(String)

    /// The line that the command prints.
    func line(of tenantID: UUID) -> JSONValue {
      let members: [String: JSONValue] =
        switch self {
        case .rotated(let version, let method, let leaseID):
          [
            "new_version": .integer(version), "wrap_method": .string(method.rawValue), "rewrap_lease_id": .id(leaseID),
          ]
        case .ownKey: ["skipped": "own_key"]
        case .current: ["skipped": "current"]
        case .failed(let error): ["error": .string(error)]
        }
      return .object(members.merging(["tenant_id": .id(tenantID)]) { $1 })
    }
  }

  /// How many tenants met with what.
  struct Tally: Sendable, Equatable {
    private(set) var rotated = 0
    private(set) var ownKey = 0
    private(set) var current = 0
    private(set) var failed = 0

    mutating func count(_ outcome: Outcome) {
      switch outcome {
      case .rotated: rotated += 1
      case .ownKey: ownKey += 1
      case .current: current += 1
      case .failed: failed += 1
      }
    }

    var json: JSONValue {
      [
        "rotated": .integer(rotated), "own_key": .integer(ownKey), "current": .integer(current),
        "failed": .integer(failed),
      ]
    }
  }

  /// Rotates one tenant's key. What fails is told, and is no reason to stop at it.
  func rotate(_ tenantID: UUID) async -> Outcome {
    do {
      guard try await keys.configuration(of: tenantID) == nil else { return .ownKey }
      let active = try await keys.activeVersion(of: tenantID)
      if onlyOutdated, wrapping.made(active.wrapping) { return .current }
      let time = Date()
      let key = try await wrapping.newKey(active.version + 1, of: tenantID, at: time)
      let leaseID = try await keys.rotate(to: key, of: tenantID, actorID: "operator", at: time)
      return .rotated(version: key.version, method: key.wrapping.method, leaseID: leaseID)
    } catch let error as RepositoryError where error.code == .configurationExists {
      // It was onboarded between the look and the change.
      return .ownKey
    } catch { return .failed("\(error)") }
  }
}
