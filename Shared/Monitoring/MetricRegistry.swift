import Locking

/// The metrics of one process, in Prometheus' text format: a value that is handed to whoever counts, nothing global.
///
/// Counters are counted as things happen; what can be looked up, such as a backlog, is looked up when somebody asks.
public final class MetricRegistry: Sendable {
  /// Looks something up, at the moment that it is asked for.
  public typealias Source = @Sendable () async throws -> [MetricFamily]

  private struct State: Sendable {
    var counters: [String: Counter] = [:]
    var histograms: [String: Histogram] = [:]
    var sources: [Source] = []
  }

  private let state = Guarded(State())
  private let failures: Counter

  /// Creates a registry that holds only its own failures.
  public init() {
    failures = Counter(
      "tenant_kms_metrics_failures_total", "How often a metric could not be looked up, and was left out.", labels: [])
    state.withLock { $0.counters[failures.name] = failures }
    failures.add(0)
  }

  /// The counter of a name, made by the first who asks for it.
  /// - Parameters:
  ///   - name: `[a-z_]+`, with the unit, and `_total` at its end.
  ///   - help: one sentence.
  ///   - labels: what its samples differ in. Each must have few values: no ids, and nothing that a client chooses.
  public func counter(_ name: String, _ help: String, labels: [String] = []) -> Counter {
    state.withLock { state in
      if let counter = state.counters[name] { return counter }
      let counter = Counter(name, help, labels: labels)
      state.counters[name] = counter
      return counter
    }
  }

  /// The histogram of a name, made by the first who asks for it.
  /// - Parameters:
  ///   - name: `[a-z_]+`, with `_seconds` at its end.
  ///   - help: one sentence.
  ///   - labels: as for a counter.
  public func histogram(_ name: String, _ help: String, labels: [String] = []) -> Histogram {
    state.withLock { state in
      if let histogram = state.histograms[name] { return histogram }
      let histogram = Histogram(name, help, labels: labels)
      state.histograms[name] = histogram
      return histogram
    }
  }

  /// Has something looked up whenever the metrics are asked for.
  public func register(_ source: @escaping Source) { state.withLock { $0.sources.append(source) } }

  /// Everything in the text format, sorted by name; takes as long as the slowest source.
  public func text() async -> String {
    let found = await withTaskGroup(of: [MetricFamily].self) { group in
      for source in state.withLock({ $0.sources }) {
        group.addTask {
          do { return try await source() } catch {
            self.failures.add()
            return []
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
    let counted = state.withLock { Array($0.counters.values) }.map(\.family)
    let timed = state.withLock { Array($0.histograms.values) }.map(\.family)
    let all = found + counted + timed
    return all.sorted { $0.name < $1.name }.map(\.text).joined()
  }
}
