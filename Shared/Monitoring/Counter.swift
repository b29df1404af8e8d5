import Locking

/// A number that only grows, one for each combination of its labels' values.
public final class Counter: Sendable {
  /// The metric's name.
  public let name: String
  private let help: String
  private let labels: [String]
  private let counts = Guarded<[[String]: UInt64]>([:])

  init(_ name: String, _ help: String, labels: [String]) {
    self.name = name
    self.help = help
    self.labels = labels
  }

  /// Counts; never waits for more than another count.
  /// - Parameters:
  ///   - count: how many; one unless told. Zero makes the sample appear.
  ///   - values: the labels' values, in the order of the labels.
  public func add(_ count: UInt64 = 1, _ values: String...) {
    precondition(values.count == labels.count, "\(name) has the labels \(labels)")
    counts.withLock { $0[values, default: 0] += count }
  }

  /// Its samples, as they are now.
  var family: MetricFamily {
    let counts = counts.withLock { $0 }
    return MetricFamily(
      name, help, .counter,
      counts.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { values, count in
        MetricFamily.Sample(Double(count), Array(zip(labels, values)))
      })
  }
}
