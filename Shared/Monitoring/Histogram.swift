import Locking

/// How long things took, counted by bounds, for each combination of its labels' values.
public final class Histogram: Sendable {
  /// The bounds in seconds: from what memory answers to what a cloud's time limit allows.
  static let bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30]

  private struct Series: Sendable {
    /// By the first bound that holds; the last for those beyond all.
    var counts = [UInt64](repeating: 0, count: Histogram.bounds.count + 1)
    var sum = 0.0

    mutating func note(_ seconds: Double) {
      counts[Histogram.bounds.firstIndex { seconds <= $0 } ?? Histogram.bounds.count] += 1
      sum += seconds
    }
  }

  /// The metric's name.
  public let name: String
  private let help: String
  private let labels: [String]
  private let series = Guarded<[[String]: Series]>([:])

  init(_ name: String, _ help: String, labels: [String]) {
    self.name = name
    self.help = help
    self.labels = labels
  }

  /// Counts something that took so long; never waits for more than another count.
  /// - Parameters:
  ///   - duration: how long it took.
  ///   - values: the labels' values, in the order of the labels.
  public func observe(_ duration: Duration, _ values: String...) {
    precondition(values.count == labels.count, "\(name) has the labels \(labels)")
    let seconds = duration / .seconds(1)
    series.withLock { $0[values, default: Series()].note(seconds) }
  }

  /// Its samples, as they are now: cumulative, as Prometheus wants them.
  var family: MetricFamily {
    let series = series.withLock { $0 }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    return MetricFamily(name, help, .histogram, series.flatMap { samples(of: $1, Array(zip(labels, $0))) })
  }

  private func samples(of series: Series, _ labels: [(String, String)]) -> [MetricFamily.Sample] {
    var total: UInt64 = 0
    var samples = zip(Self.bounds, series.counts).map { bound, count in
      total += count
      return MetricFamily.Sample(Double(total), labels + [("le", "\(bound)")], suffix: "_bucket")
    }
    total += series.counts[Self.bounds.count]
    samples += [
      .init(Double(total), labels + [("le", "+Inf")], suffix: "_bucket"), .init(series.sum, labels, suffix: "_sum"),
      .init(Double(total), labels, suffix: "_count"),
    ]
    return samples
  }
}
