import Commands
public import FoundationEssentials
import Postgres
import TracePropagation

extension Outbox {
  /// What a relay did.
  public struct Relayed: Sendable, Equatable {
    /// How many entries it published.
    public internal(set) var published = 0
    /// The tenants whose oldest entry is stuck.
    public internal(set) var stuck: Set<UUID> = []
  }

  /// Publishes until no entry is left that could be, and deletes what was.
  ///
  /// Any number of relays may run. Only a tenant's oldest entry is ever taken, and its row stays locked until it is
  /// deleted: so nobody overtakes it, whoever fails and whenever. Entries of different tenants are published at once.
  /// - Parameters:
  ///   - limit: the most entries to take, and so the most tenants to serve, in one transaction.
  ///   - publish: publishes an entry; it may get the same one again. Where it throws, the relay ends, for what keeps one
  ///     entry from the broker keeps them all.
  /// - Throws: what `publish` throws, once everything published before is deleted; `PostgresError`.
  public func relay(
    limit: Int32 = 64, publish: @escaping @Sendable (OutboxEntry) async throws -> OutboxEntry.Fate
  ) async throws -> Relayed {
    var relayed = Relayed()
    while true {
      let turn = try await takeTurn(limit: limit, passingOver: relayed.stuck, publish)
      relayed.published += turn.published.count
      relayed.stuck.formUnion(turn.stuck)
      if let error = turn.error { throw error }
      if turn.published.isEmpty, turn.stuck.isEmpty { return relayed }
    }
  }

  private struct Turn: Sendable {
    var published: [Int64] = []
    var stuck: [UUID] = []
    var error: (any Error)?
  }

  private func takeTurn(
    limit: Int32, passingOver stuck: Set<UUID>,
    _ publish: @escaping @Sendable (OutboxEntry) async throws -> OutboxEntry.Fate
  ) async throws -> Turn {
    try await pool.withTransaction { transaction in
      let heads = try await Self.heads(limit: limit, passingOver: stuck, in: transaction)
      let turn = await Self.publish(heads, publish)
      if !turn.published.isEmpty {
        _ = try await transaction.execute("DELETE FROM outbox WHERE id = ANY($1)", [.int8Array(turn.published)])
      }
      return turn
    }
  }

  /// Locks the oldest entries of some tenants. One that another relay has locked is skipped, and its tenant with it: the
  /// entry behind it is nobody's oldest in a snapshot that holds both.
  private static func heads(
    limit: Int32, passingOver stuck: Set<UUID>, in transaction: PostgresTransaction
  ) async throws -> [OutboxEntry] {
    try await transaction.execute(
      """
      SELECT id, tenant_id, message_id, name, body, traceparent FROM outbox
      WHERE id IN (SELECT min(id) FROM outbox GROUP BY tenant_id) AND tenant_id <> ALL ($2)
      ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
      """, [.int4(limit), .uuidArray(stuck)]
    ).map {
      OutboxEntry(
        id: try $0.get("id", as: Int64.self), tenantID: try $0.get("tenant_id", as: UUID.self),
        messageID: try $0.get("message_id", as: UUID.self), name: try $0.get("name", as: String.self),
        body: try $0.get("body", as: [UInt8].self),
        trace: try $0.get("traceparent", as: String?.self).flatMap { TraceContext(header: $0) })
    }
  }

  private static func publish(
    _ entries: [OutboxEntry], _ publish: @escaping @Sendable (OutboxEntry) async throws -> OutboxEntry.Fate
  ) async -> Turn {
    await withTaskGroup(of: (OutboxEntry, Result<OutboxEntry.Fate, any Error>).self) { group in
      for entry in entries {
        group.addTask {
          do { return (entry, .success(try await publish(entry))) } catch { return (entry, .failure(error)) }
        }
      }
      return await group.reduce(into: Turn()) { turn, outcome in
        switch outcome {
        case (let entry, .success(.published)): turn.published.append(entry.id)
        case (let entry, .success(.stuck)): turn.stuck.append(entry.tenantID)
        case (_, .failure(let error)): turn.error = turn.error ?? error
        }
      }
    }
  }
}
