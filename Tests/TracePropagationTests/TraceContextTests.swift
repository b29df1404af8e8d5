import Testing

@testable import TracePropagation

/// The rules and examples of W3C Trace Context, sections 3.2 and 3.3.
@Suite struct TraceContextTests {
  static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

  static let traceID = "4bf92f3577b34da6a3ce929d0e0e4736"
  static let spanID = "00f067aa0ba902b7"

  @Test func `a header is read and written`() throws {
    let context = try #require(TraceContext(header: Self.example))
    #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
    #expect(context.spanID == "00f067aa0ba902b7")
    #expect(context.isSampled)
    #expect(context.headerValue == Self.example)
  }

  @Test func `a child is another step of the same trace`() throws {
    let context = try #require(TraceContext(header: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00"))
    let child = context.child
    #expect(child.traceID == context.traceID)
    #expect(child.spanID != context.spanID)
    #expect(!child.isSampled)
    #expect(TraceContext(header: child.headerValue) == child)
  }

  @Test func `a new trace is well formed, and another each time`() {
    let context = TraceContext()
    #expect(TraceContext(header: context.headerValue) == context)
    #expect(TraceContext().traceID != context.traceID)
  }

  @Test func `of a later version the known part is read`() {
    #expect(TraceContext(header: "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-09-what")?.isSampled == true)
  }

  @Test(
    arguments: [
      "",
      "00",
      "00-\(Self.traceID)-\(Self.spanID)",
      "00-00000000000000000000000000000000-\(Self.spanID)-01",
      "00-\(Self.traceID)-0000000000000000-01",
      "00-4BF92F3577B34DA6A3CE929D0E0E4736-\(Self.spanID)-01",
      "ff-\(Self.traceID)-\(Self.spanID)-01",
      "00-\(Self.traceID)-\(Self.spanID)-01-what",
      "cc-\(Self.traceID)-\(Self.spanID)-01what",
      "00-\(Self.traceID)-00f067aa0ba902bg-01",
      "00_\(Self.traceID)_\(Self.spanID)_01",
      "00-\(Self.traceID)-\(Self.spanID)-01\n",
    ])
  func `what isn't a header is ignored`(header: String) {
    #expect(TraceContext(header: header) == nil)
  }
}
