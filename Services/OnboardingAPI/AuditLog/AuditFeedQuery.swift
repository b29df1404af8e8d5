import HummingbirdCore
import Repository

/// Which part of the feed is asked for: `?cursor=…&limit=100&action_prefix=secret.`.
struct AuditFeedQuery: Sendable, Equatable {
  /// Where to read on; the start unless told.
  let position: AuditLog.Position
  /// Nil for every action.
  let actionPrefix: String?
  /// The most rows of an answer, 1 to 1000; 100 unless told.
  let limit: Int32

  /// - Throws: 400 `validation_error`.
  init(_ uri: URI) throws(APIError) {
    var query = QueryReader(uri)
    let text = query.text("cursor", length: 1...128)
    let cursor = text.flatMap { AuditCursor($0) }
    if text != nil, cursor == nil { query.refuse("cursor", "is none that this feed has given out") }
    position = cursor?.position ?? .start
    actionPrefix = query.text("action_prefix", length: 1...AuditLogFilter.maximumLength)
    limit = Int32(query.number("limit", default: 100, bounds: 1...1_000))
    try query.finish()
  }
}
