import Hummingbird
import HummingbirdCore
import JSON
import Repository

/// `/v1/audit-logs`: what was done to the tenant's data and keys, as a list for people and as a feed for programs.
struct AuditLogRoutes: Sendable {
  let log: AuditLog

  /// `GET /v1/audit-logs`
  func list(_ request: Request, context: TenantContext) async throws -> Response {
    let page = try Page(request.uri)
    let filter = try AuditLogFilter(request.uri)
    let found = try await log.page(
      of: context.tenantID, action: filter.action, resourceType: filter.resourceType, offset: page.offset,
      limit: page.perPage)
    return .data(
      .array(found.rows.map(\.json)), meta: page.meta(total: found.total), requestID: context.requestID)
  }

  /// `GET /v1/audit-logs/events`
  ///
  /// Whoever has drained the feed asks again with the cursor it has: what it has seen comes again, and what is new.
  func events(_ request: Request, context: TenantContext) async throws -> Response {
    let query = try AuditFeedQuery(request.uri)
    let found = try await log.events(
      of: context.tenantID, after: query.position, actionPrefix: query.actionPrefix, limit: query.limit)
    return .data(
      .array(found.rows.map(\.json)),
      meta: [
        "next_cursor": found.next.map { .string(AuditCursor(position: $0).text) } ?? .null,
        "limit": .integer(query.limit), "delivery": "at_least_once", "dedupe_on": "id",
        // No row waits for a clock: it is shown once no earlier transaction is under way.
        "watermark_seconds": 0,
      ], requestID: context.requestID)
  }
}

extension AuditLogRow {
  fileprivate var json: JSONValue {
    [
      "id": .id(id), "action": .string(action), "resource_type": .string(resourceType),
      "resource_id": .string(resourceID), "details": details,
      "ip_address": ipAddress.map { .string($0) } ?? .null, "created_at": .timestamp(createdAt),
    ]
  }
}
