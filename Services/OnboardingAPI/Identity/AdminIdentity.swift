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
}
