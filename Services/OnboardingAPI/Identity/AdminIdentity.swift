import FoundationEssentials

/// Who asks, as the admin token says.
struct AdminIdentity: Sendable, Equatable {
  enum Role: String, Sendable, Codable, CaseIterable {
    case owner, admin, member, viewer

    /// Owner and admin may change things; everyone in the tenant may read.
    var mayWrite: Bool { self == .owner || self == .admin }
  }

  let subject: String
  let tenantID: UUID
  let role: Role
  /// Until when the token is good.
  let expiresAt: Date

  /// - Throws: 403 where the role may only read.
  func requireWriter() throws(APIError) {
    guard role.mayWrite else {
      throw .permissionDenied("the role \(role.rawValue) may only read; an owner or admin may do this")
    }
  }

  /// - Throws: 403 where the role isn't the owner's.
  func requireOwner() throws(APIError) {
    guard role == .owner else { throw .permissionDenied("only an owner may do this") }
  }
}
