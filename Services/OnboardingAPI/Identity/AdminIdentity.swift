import FoundationEssentials
import Repository

/// Who asks, as the admin token says.
struct AdminIdentity: Sendable, Equatable {
  typealias Role = UserRole

  let subject: String
  let tenantID: UUID
  let role: Role
  /// Until when the token is good.
  let expiresAt: Date
  /// The sign-in that the token is good for as long as it lasts; nil for a token that none of our sign-ins gave out.
  var sessionID: UUID?

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
