import Testing

@testable import Monitoring

@Suite struct MetricRegistryTests {
  static let ownFailures = """
    # HELP tenant_kms_metrics_failures_total How often a metric could not be looked up, and was left out.
    # TYPE tenant_kms_metrics_failures_total counter
    tenant_kms_metrics_failures_total 0

    """

  let registry = MetricRegistry()

  @Test func `a registry begins with its own failures alone`() async {
    #expect(await registry.text() == Self.ownFailures)
  }

  @Test func `counters are exposed by name, then by label`() async {
    let counter = registry.counter("a_total", "Things.", labels: ["kind", "outcome"])
    counter.add(2, "y", "done")
    counter.add(1, "x", "done")
    counter.add(1, "x", "done")
    #expect(
      await registry.text() == """
        # HELP a_total Things.
        # TYPE a_total counter
        a_total{kind="x",outcome="done"} 2
        a_total{kind="y",outcome="done"} 2

        """ + Self.ownFailures)
  }

  @Test func `who asks for a counter again gets the same one`() {
    #expect(registry.counter("a_total", "Things.") === registry.counter("a_total", "Things."))
  }

  @Test func `a histogram is cumulative, and ends with everything`() async {
    let histogram = registry.histogram("a_seconds", "How long.", labels: ["route"])
    for duration in [Duration.milliseconds(1), .milliseconds(2), .milliseconds(300), .seconds(60)] {
      histogram.observe(duration, "/x")
    }
    let text = await registry.text()
    #expect(text.hasPrefix("# HELP a_seconds How long.\n# TYPE a_seconds histogram\n"))
    for line in [
      #"bucket{route="/x",le="0.001"} 1"#, #"bucket{route="/x",le="0.0025"} 2"#, #"bucket{route="/x",le="0.25"} 2"#,
      #"bucket{route="/x",le="0.5"} 3"#, #"bucket{route="/x",le="30.0"} 3"#, #"bucket{route="/x",le="+Inf"} 4"#,
      #"sum{route="/x"} 60.303"#, #"count{route="/x"} 4"#,
    ] { #expect(text.contains("\na_seconds_\(line)\n"), "\(line)") }
    #expect(registry.histogram("a_seconds", "How long.", labels: ["route"]) === histogram)
  }

  @Test func `what is registered is looked up at each request`() async {
    let counter = registry.counter("a_total", "Things.")
    registry.register {
      counter.add()
      return [.gauge("b_seconds", "How long.", 1.5)]
    }
    for _ in 0..<2 { #expect(await registry.text().contains("b_seconds 1.5\n")) }
    #expect(counter.family.text.hasSuffix("a_total 2\n"))
  }

  @Test func `a source that fails is left out and counted, the others stay`() async {
    struct Unreachable: Error {}
    registry.register { throw Unreachable() }
    registry.register { [.gauge("b", "B.", 1)] }
    _ = await registry.text()
    let text = await registry.text()
    #expect(text.contains("b 1\n"))
    #expect(text.contains("tenant_kms_metrics_failures_total 2\n"))
  }

  @Test func `text is escaped as the format demands`() {
    let family = MetricFamily("a", "one\ntwo \\ \"three\"", .gauge, [.init(1, [("l", "x\"y\\z\n")])])
    #expect(family.text == "# HELP a one\\ntwo \\\\ \"three\"\n# TYPE a gauge\na{l=\"x\\\"y\\\\z\\n\"} 1\n")
  }

  @Test(arguments: [(0, "0"), (-3, "-3"), (0.25, "0.25"), (.infinity, "+Inf"), (-.infinity, "-Inf"), (.nan, "NaN")])
  func `numbers are written as Prometheus reads them`(value: Double, text: String) {
    #expect(MetricFamily.gauge("a", "A.", value).text.hasSuffix("a \(text)\n"))
  }
}
