import FoundationEssentials
import Repository

/// What `api-keys.mustache` shows, to those who may manage them.
struct APIKeysPage {
  let assets = Asset.folder
  let frame: PageFrame
  let list: ListView
  let rows: [Row]
  let scopes = APIKeyScope.allCases.map(\.rawValue)

  struct Row {
    let id: String
    let name: String
    let scopes: String
    let status: String
    let created: PageTime
    let expires: PageTime?
    let lastUsed: PageTime?
    let isActive: Bool

    init(_ key: StoredAPIKey, now: Date) {
      id = key.id
      name = key.name
      scopes = key.scopes.map { $0.map(\.rawValue).sorted().joined(separator: ", ") } ?? "everything"
      status = key.revokedAt != nil ? "revoked" : key.expiresAt.map { $0 <= now } ?? false ? "expired" : "active"
      created = PageTime(key.createdAt)
      expires = key.expiresAt.map { PageTime($0) }
      lastUsed = key.lastUsedAt.map { PageTime($0) }
      isActive = status == "active"
    }
  }
}
