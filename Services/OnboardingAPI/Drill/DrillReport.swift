import FoundationEssentials
import JSON
import Repository

/// What a drill of the kill switch measured. Every time is the database's.
struct DrillReport: Sendable, Equatable {
  let tenantID: UUID
  /// The key that was taken away.
  let keyReference: String
  /// How.
  let method: String
  let revokedAt: Date
  let sealedAt: Date
  /// What the tenant's owner is shown as the reason for the seal.
  let reason: String
  /// What each process that may have held the key did.
  let evictions: [KeyEviction]
  /// When a key in the memory of a process that hadn't heard would have expired.
  let evictedBy: Date
  /// Nil where no agent had a session.
  let lastSessionEnd: Date?
  let restoredAt: Date
  let unsealedAt: Date

  /// From the revocation until no process held the key any more; nil where one hasn't said so.
  var secondsToEviction: Double? {
    guard !evictions.contains(where: { $0.evictedAt == nil }) else { return nil }
    return seconds(evictions.compactMap(\.evictedAt).max() ?? sealedAt)
  }

  var secondsToDetection: Double { seconds(sealedAt) }
  var secondsToUnsealing: Double { Self.seconds(from: restoredAt, to: unsealedAt) }

  /// The report as it is signed.
  var json: JSONValue {
    [
      "schema": 1, "drill": "kill-switch", "tenant_id": .id(tenantID), "kms_key_ref": .string(keyReference),
      "method": .string(method), "revoked_at": .timestamp(revokedAt), "sealed_at": .timestamp(sealedAt),
      "seconds_to_detection": .number(secondsToDetection), "reason": .string(reason),
      "processes": .array(
        evictions.map { eviction in
          [
            "id": .id(eviction.holderID), "service": .string(eviction.service),
            "evicted_at": .timestamp(eviction.evictedAt),
            "seconds_to_eviction": eviction.evictedAt.map { .number(seconds($0)) } ?? .null,
          ]
        }),
      "seconds_to_eviction": secondsToEviction.map { .number($0) } ?? .null, "evicted_by": .timestamp(evictedBy),
      "last_session_ends_at": .timestamp(lastSessionEnd),
      "seconds_to_last_session_end": lastSessionEnd.map { .number(seconds($0)) } ?? .null,
      "restored_at": .timestamp(restoredAt), "unsealed_at": .timestamp(unsealedAt),
      "seconds_to_unsealing": .number(secondsToUnsealing),
    ]
  }

  private func seconds(_ time: Date) -> Double { Self.seconds(from: revokedAt, to: time) }

  /// To the millisecond.
  static func seconds(from start: Date, to end: Date) -> Double {
    (end.timeIntervalSince(start) * 1000).rounded() / 1000
  }
}
