import Monitoring
import Repository

extension OutboxBacklog {
  /// The backlog in the terms of monitoring: an age that grows is a relay, or a broker, that doesn't work.
  var metrics: [MetricFamily] {
    [
      .gauge("tenant_kms_outbox_entries", "Commands of committed transactions, not published yet.", Double(entries)),
      .gauge("tenant_kms_outbox_oldest_seconds", "How long the oldest of them has waited.", oldest / .seconds(1)),
    ]
  }
}
