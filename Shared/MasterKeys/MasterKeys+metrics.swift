public import Monitoring

extension MasterKeys {
  /// How often keys were asked for and where they came from, and how many are held.
  public var metrics: [MetricFamily] {
    let figures = held.figures
    return [
      MetricFamily(
        "tenant_kms_master_key_lookups_total",
        "Requests for a tenant's key: answered from memory (hit), by another's unwrapping (wait), by its own (miss).",
        .counter,
        [("hit", figures.hits), ("miss", figures.misses), ("wait", figures.waits)].map {
          MetricFamily.Sample(Double($1), [("outcome", $0)])
        }),
      .gauge(
        "tenant_kms_master_keys_held", "Unwrapped master keys in this process's memory.", Double(figures.held)),
    ]
  }
}
