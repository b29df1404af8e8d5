/// What somebody may do in their tenant.
public enum UserRole: String, Sendable, Codable, CaseIterable {
  /// Everything, also what can't be undone.
  case owner
  /// To read and to change.
  case admin
  /// To read.
  case member
  /// To read.
  case viewer
}
