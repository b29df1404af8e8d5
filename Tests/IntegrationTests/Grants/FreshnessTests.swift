import Foundation
import Postgres
import Testing

/// How soon a customer's decision takes effect, with the contract's intervals and nobody calling.
///
/// No minute is waited for. From a decision to its effect there are two parts: until the next look, which the schedule in
/// the database tells, and from there on, which is measured by the database's clock.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct FreshnessTests {
  private static let rounds = 5
  /// What the contract allows beyond the interval, in seconds.
  private static let allowance = 2.0

  @Test func `a key taken away seals within 62 seconds, and one given back unseals within 32`() async throws {
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(StandInAWS.endpoint)))
    try await Deployment.with(workers: 0, as: account) { deployment in
      let tenant = try await deployment.makeOnboardedTenant(account)
      var (sealing, refusing, unsealing) = ([Double](), [Double](), [Double]())
      for _ in 0..<Self.rounds {
        let good = try await deployment.look(at: tenant, findingItSealed: false)
        #expect(good.untilNext <= 60)
        _ = try await eventually("the key in memory") {
          try await deployment.makeSecret(for: tenant).status == 201 ? true : nil
        }

        try await KillSwitch.disableKey.pull(account)
        let denied = try await deployment.look(at: tenant, findingItSealed: true)
        #expect(denied.untilNext <= 30)
        sealing.append(denied.sinceDue)
        refusing.append(try await deployment.secondsFromSealToRefusal(of: tenant))

        try await KillSwitch.disableKey.restore(account)
        unsealing.append(try await deployment.look(at: tenant, findingItSealed: false).sinceDue)
      }
      // The median: a machine that is busy with other tests may be late once.
      for times in [sealing, refusing, unsealing] {
        #expect(times.sorted()[Self.rounds / 2] <= Self.allowance, "\(times)")
      }
    }
  }
}

extension Deployment {
  /// A look at a grant, in seconds.
  fileprivate struct Look {
    /// From when it was due to when what it found was committed.
    let sinceDue: Double
    /// From there to when the next is due.
    let untilNext: Double
  }

  /// Has the turn of a tenant's grant come now, and waits until what the look found is committed.
  fileprivate func look(at tenant: Tenant, findingItSealed isSealed: Bool) async throws -> Look {
    let connection = try await database.connect()
    let due = try await connection.execute(
      "UPDATE tenant_kms_configs SET next_check_at = now() WHERE tenant_id = $1 RETURNING next_check_at",
      [.uuid(tenant.id)])
    let dueAt = try #require(due.first).get("next_check_at", as: Date.self)
    let look = try await eventually("the look that finds the tenant \(isSealed ? "sealed" : "open")") {
      try await connection.execute(
        """
        SELECT extract(epoch FROM found_at - $2)::float8 AS since_due,
          extract(epoch FROM next_check_at - found_at)::float8 AS until_next
        FROM tenant_kms_configs, LATERAL (SELECT coalesce(sealed_since, last_verified_at) AS found_at) found
        WHERE tenant_id = $1 AND (sealed_since IS NOT NULL) = $3 AND found_at > $2
        """, [.uuid(tenant.id), .timestamp(dueAt), .bool(isSealed)]
      ).first.map {
        Look(
          sinceDue: try $0.get("since_due", as: Double.self), untilNext: try $0.get("until_next", as: Double.self))
      }
    }
    await connection.close()
    return look
  }

  /// How long after the seal was committed the API refused what it had served from memory.
  fileprivate func secondsFromSealToRefusal(of tenant: Tenant) async throws -> Double {
    _ = try await eventually("the refusal") { try await makeSecret(for: tenant).status == 503 ? true : nil }
    let connection = try await database.connect()
    let seconds = try await connection.execute(
      """
      SELECT extract(epoch FROM clock_timestamp() - sealed_since)::float8 AS seconds
      FROM tenant_kms_configs WHERE tenant_id = $1
      """, [.uuid(tenant.id)])
    await connection.close()
    return try #require(seconds.first).get("seconds", as: Double.self)
  }
}
