/// Samples of one metric, in the terms of Prometheus ("Exposition formats", text format 0.0.4).
public struct MetricFamily: Sendable {
  /// How a metric's numbers behave.
  public enum Kind: String, Sendable {
    /// They only grow.
    case counter
    /// They come and go.
    case gauge
    /// They are counts of a histogram's buckets, their sum and their number.
    case histogram
  }

  /// One number.
  public struct Sample: Sendable {
    let value: Double
    let labels: [(name: String, value: String)]
    /// What follows the metric's name.
    let suffix: String

    /// Takes a number.
    /// - Parameters:
    ///   - value: in the metric's unit.
    ///   - labels: what tells it from the metric's other samples.
    public init(_ value: Double, _ labels: [(String, String)] = []) { self.init(value, labels, suffix: "") }

    init(_ value: Double, _ labels: [(String, String)], suffix: String) {
      self.value = value
      self.labels = labels
      self.suffix = suffix
    }
  }

  /// The media type of ``MetricRegistry/text()``.
  public static let mediaType = "text/plain; version=0.0.4; charset=utf-8"

  /// The metric's name.
  public let name: String
  let help: String
  let kind: Kind
  let samples: [Sample]

  /// Takes the samples of a metric.
  public init(_ name: String, _ help: String, _ kind: Kind, _ samples: [Sample]) {
    self.name = name
    self.help = help
    self.kind = kind
    self.samples = samples
  }

  /// A gauge with one sample.
  public static func gauge(_ name: String, _ help: String, _ value: Double) -> MetricFamily {
    MetricFamily(name, help, .gauge, [Sample(value)])
  }

  /// Its lines.
  var text: String {
    let head = "# HELP \(name) \(help.escaped(quotes: false))\n# TYPE \(name) \(kind.rawValue)\n"
    return samples.reduce(into: head) { text, sample in
      let labels = sample.labels.map { "\($0.name)=\"\($0.value.escaped(quotes: true))\"" }.joined(separator: ",")
      text += name + sample.suffix + (labels.isEmpty ? "" : "{\(labels)}") + " \(sample.value.exposition)\n"
    }
  }
}

extension String {
  /// Backslash and line feed are escaped everywhere, quotes within a label's value only.
  fileprivate func escaped(quotes: Bool) -> String {
    reduce(into: "") { text, character in
      switch character {
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\"" where quotes: text += "\\\""
      default: text.append(character)
      }
    }
  }
}

extension Double {
  fileprivate var exposition: String {
    if isNaN { return "NaN" }
    if isInfinite { return self > 0 ? "+Inf" : "-Inf" }
    return Int64(exactly: self).map(String.init) ?? description
  }
}
