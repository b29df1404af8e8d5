import HummingbirdCore

/// Which rows of the audit log a list shows: `?action=secret.create&resource_type=secret`.
struct AuditLogFilter: Sendable, Equatable {
  /// The longest name of an action or of a kind of resource, in Unicode scalar values.
  static let maximumLength = 64

  /// Nil for all.
  let action: String?
  /// Nil for all.
  let resourceType: String?

  /// - Throws: 400 `validation_error`.
  init(_ uri: URI) throws(APIError) {
    var query = QueryReader(uri)
    action = query.text("action", length: 1...Self.maximumLength)
    resourceType = query.text("resource_type", length: 1...Self.maximumLength)
    try query.finish()
  }
}
