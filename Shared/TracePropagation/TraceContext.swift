internal import Cryptography

/// Which distributed trace something belongs to, and which step of it caused it (W3C Trace Context, level 1).
///
/// It travels as the header `traceparent` of HTTP requests and AMQP messages, rests in the outbox in between, and stands
/// in log lines. It is nobody's secret and nobody's proof: who sends it chooses it, so nothing is decided by it.
public struct TraceContext: Sendable, Hashable {
  /// The name of the header, in HTTP and in AMQP.
  public static let header = "traceparent"

  /// The context of the work that the current task does; nil outside of any.
  @TaskLocal public static var current: TraceContext?

  /// 32 lowercase hexadecimal digits, not all zero.
  public let traceID: String
  /// 16 likewise: the step.
  public let spanID: String
  /// Whether whoever began the trace records it.
  public let isSampled: Bool

  /// Begins a trace.
  public init() {
    self.init(traceID: Self.randomID(16), spanID: Self.randomID(8), isSampled: true)
  }

  /// Reads a header of version 00, or the part of a later version's that this one knows.
  /// - Returns: nil where it isn't one; the standard has it ignored then.
  public init?(header text: String) {
    let bytes = Array(text.utf8.prefix(129))
    guard bytes.count == 55 || (55 < bytes.count && bytes.count <= 128 && bytes[55] == UInt8(ascii: "-")) else {
      return nil
    }
    let parts = text.split(separator: "-", maxSplits: 4, omittingEmptySubsequences: false).map(String.init)
    guard parts.count >= 4, parts[0].isHexadecimal(2), parts[0] != "ff", parts[0] != "00" || bytes.count == 55,
      parts[1].isHexadecimal(32), parts[2].isHexadecimal(16), parts[3].isHexadecimal(2),
      parts[1].contains(where: { $0 != "0" }), parts[2].contains(where: { $0 != "0" }),
      let flags = UInt8(parts[3], radix: 16)
    else { return nil }
    self.init(traceID: parts[1], spanID: parts[2], isSampled: flags & 1 == 1)
  }

  private init(traceID: String, spanID: String, isSampled: Bool) {
    self.traceID = traceID
    self.spanID = spanID
    self.isSampled = isSampled
  }

  /// The next step of the same trace.
  public var child: TraceContext {
    TraceContext(traceID: traceID, spanID: Self.randomID(8), isSampled: isSampled)
  }

  /// The header's value, in version 00.
  public var headerValue: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  /// Random, and never zero.
  private static func randomID(_ byteCount: Int) -> String {
    var bytes = RandomSource.system.bytes(byteCount)
    while bytes.allSatisfy({ $0 == 0 }) { bytes = RandomSource.system.bytes(byteCount) }
    return bytes.hexadecimal
  }
}

extension String {
  fileprivate func isHexadecimal(_ count: Int) -> Bool {
    utf8.count == count
      && utf8.allSatisfy {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0)
      }
  }
}
