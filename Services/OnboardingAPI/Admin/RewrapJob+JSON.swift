import JSON
import Repository

extension RewrapJob {
  /// The job as the API shows it (contract §2).
  var json: JSONValue {
    [
      "rewrap_lease_id": .id(id), "status": .string(status.rawValue), "target_version": .integer(targetVersion),
      "total": .integer(total), "processed": .integer(processed), "failed": .integer(failed),
      "rows_per_second": rowsPerSecond.map { .number($0.rounded()) } ?? .null,
      "eta_seconds": secondsLeft.map { .number($0.rounded(.up)) } ?? .null,
      "started_at": .timestamp(startedAt), "finished_at": .timestamp(finishedAt),
    ]
  }
}
