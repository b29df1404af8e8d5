import FoundationEssentials
import Hummingbird
import JSON
import Repository

/// `GET /admin/audit/chain` and `/chain/verify`: what was done about the tenant's keys, and that nobody changed it since.
struct AuditRoutes: Sendable {
  let chain: AuditChain

  /// The tenant's rows, newest first. Those of other tenants lie between them, so the numbers have gaps.
  func list(_ request: Request, context: AdminContext) async throws -> Response {
    let page = try Page(request.uri)
    let found = try await chain.rows(of: context.identity.tenantID, offset: page.offset, limit: page.perPage)
    return Response(json: ["rows": .array(found.rows.map(Self.json)), "meta": .object(page.meta(total: found.total))])
  }

  /// Walks the whole chain, every tenant's rows, and says how many of the rows are this tenant's: not even a count of
  /// the others' is this tenant's to know.
  func verify(_ request: Request, context: AdminContext) async throws -> Response {
    let verification = try await chain.verify()
    let own = try await chain.rows(of: context.identity.tenantID, offset: 0, limit: 1)
    return Response(json: [
      "ok": .bool(verification.isIntact), "rows": .integer(own.total),
      "first_bad_sequence": verification.firstBadSequence.map { .integer($0) } ?? .null,
    ])
  }

  private static func json(_ row: AuditRow) -> JSONValue {
    guard case .object(var members) = row.json else { return row.json }
    members["at"] = .timestamp(Date(timeIntervalSince1970: Double(row.at) / 1e6))
    return .object(members)
  }
}
