import Monitoring
import Repository

extension GrantCensus {
  /// The counts in the terms of monitoring; whose they are is nobody's business there.
  var metrics: [MetricFamily] {
    [
      MetricFamily(
        "tenant_kms_tenants", "Tenants with a key of their own, by the state of their grant.", .gauge,
        [("active", active), ("degraded", degraded), ("sealed", sealed)].map {
          MetricFamily.Sample(Double($1), [("state", $0)])
        })
    ]
  }
}
