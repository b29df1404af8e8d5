import FoundationEssentials
import Hummingbird
import JSON
import Logging
import Repository

/// `/admin/tenant-kms/rewrap/limit`: how many of the tenant's rows may be rewrapped a second.
struct RewrapLimitRoute: Sendable {
  /// The longest body accepted.
  static let bodyLimit = 1 << 10

  let rewraps: RewrapStore

  /// `GET`
  func show(_ request: Request, context: AdminContext) async throws -> Response {
    try await answer(context)
  }

  /// `PUT` `{"rows_per_second": N}`, or null for no limit of the tenant's own.
  func set(_ request: Request, context: AdminContext) async throws -> Response {
    let rate = try Self.rate(in: try await request.json(limit: Self.bodyLimit))
    try await rewraps.setLimit(rate, of: context.identity.tenantID)
    context.logger.notice(
      "rewrap limit set",
      metadata: ["rows_per_second": "\(rate.map { "\($0)" } ?? "none")", "actor": "\(context.identity.subject)"])
    return try await answer(context)
  }

  private func answer(_ context: AdminContext) async throws -> Response {
    let limits = try await rewraps.limits(of: context.identity.tenantID)
    return Response(json: [
      "rows_per_second": limits.tenant.map { .integer($0) } ?? .null,
      "deployment_rows_per_second": limits.deployment.map { .integer($0) } ?? .null,
    ])
  }

  /// - Throws: 400 `invalid_request` where the body isn't one number within bounds, or null.
  static func rate(in body: JSONValue) throws(APIError) -> Int32? {
    guard case .object(let members) = body, Array(members.keys) == ["rows_per_second"],
      let value = members["rows_per_second"]
    else { throw .invalidRequest("the body must be {\"rows_per_second\": N}, N a whole number or null") }
    if value == .null { return nil }
    guard let rate = value.integer.flatMap({ Int32(exactly: $0) }), RewrapLimits.bounds.contains(rate) else {
      throw .invalidRequest(
        "the body doesn't fit",
        fields: ["rows_per_second": ["must be null or a whole number from 1 to \(RewrapLimits.bounds.upperBound)"]])
    }
    return rate
  }
}
