import FoundationEssentials
import JSON
import Locking
import Logging

import Testing
import TracePropagation

@testable import ServiceKit

@Suite struct JSONLogHandlerTests {
  let lines = Lines()

  @Test func `a line is one object with time, level, logger and message`() throws {
    logger.info("hello")
    let line = try lines.only()
    #expect(line["level"] == "info")
    #expect(line["logger"] == "test")
    #expect(line["message"] == "hello")
    let at = try #require(line["at"]?.string)
    #expect(at.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z/) != nil, "\(at)")
  }

  @Test func `metadata are members, the event's before the logger's`() throws {
    var logger = logger
    logger[metadataKey: "tenant_id"] = "t"
    logger[metadataKey: "attempt"] = "1"
    logger.warning("failed", metadata: ["attempt": "2", "list": ["a", "b"]])
    let line = try lines.only()
    #expect(line["tenant_id"] == "t")
    #expect(line["attempt"] == "2")
    #expect(line["list"] == #"["a", "b"]"#)
    #expect(logger[metadataKey: "tenant_id"] == "t")
  }

  @Test func `a line of a trace names it`() throws {
    let logger = Logger(label: "test") { [lines] label in
      var handler = JSONLogHandler(label: label, write: lines.append)
      handler.metadataProvider = .trace
      return handler
    }
    let trace = TraceContext()
    TraceContext.$current.withValue(trace) { logger.info("hello") }
    let line = try lines.only()
    #expect(line["trace_id"] == .string(trace.traceID))
    #expect(line["span_id"] == .string(trace.spanID))
  }

  @Test func `metadata can't pass for the line's own members`() throws {
    logger.error("true", metadata: ["message": "false", "level": "info", "logger": "x", "at": "never"])
    let line = try lines.only()
    #expect(line["message"] == "true")
    #expect(line["level"] == "error")
    #expect(line["logger"] == "test")
    #expect(line["at"] != "never")
  }

  /// Whoever chooses a message or a value can't write a line of his own, nor steer a terminal.
  @Test(arguments: [
    "a\n{\"level\":\"critical\"}", "a\r\nb", "\u{0}", "\u{1B}[2J", "\u{8}", "\"}", "\\", "\\n", "{\"a\":1}", "é😀",
  ])
  func `any text stays inside its member`(text: String) throws {
    logger.info("\(text)", metadata: ["\(text)": "\(text)"])
    let written = try #require(lines.all.first)
    #expect(lines.all.count == 1)
    #expect(written.utf8.count { $0 < 0x20 } == 1)
    #expect(written.utf8.last == UInt8(ascii: "\n"))
    let line = try lines.only()
    #expect(line["message"]?.string == text)
    #expect(line[text]?.string == text)
  }

  @Test func `an event below the level is left out`() {
    var logger = logger
    logger.logLevel = .warning
    logger.info("unheard")
    #expect(lines.all.isEmpty)
  }

  private var logger: Logger {
    let lines = lines
    return Logger(label: "test") { JSONLogHandler(label: $0, write: lines.append) }
  }
}

/// The lines written so far.
final class Lines: Sendable {
  private let written = Guarded<[String]>([])

  var all: [String] { written.withLock { $0 } }

  @Sendable func append(_ line: String) { written.withLock { $0.append(line) } }

  /// The one line written, parsed.
  func only() throws -> JSONValue {
    let all = all
    try #require(all.count == 1)
    return try JSONValue(parsing: Array(all[0].utf8.dropLast()))
  }
}
