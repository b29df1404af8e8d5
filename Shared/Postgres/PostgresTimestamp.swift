public import FoundationEssentials

/// A `timestamptz` as Postgres holds it: microseconds since 2000-01-01 00:00 UTC (PostgreSQL, datatype/timestamp.h).
public struct PostgresTimestamp: RawRepresentable, Sendable, Hashable, Comparable {
  /// Microseconds since 2000-01-01 00:00 UTC; the extreme values are Postgres's `infinity` and `-infinity`.
  public let rawValue: Int64

  /// Takes microseconds since 2000-01-01 00:00 UTC.
  public init(rawValue: Int64) { self.rawValue = rawValue }

  /// Microseconds from 1970-01-01 to 2000-01-01.
  private static let epoch: Int64 = 946_684_800_000_000
  /// Seconds from 2000-01-01 to Foundation's reference date, 2001-01-01.
  private static let referenceOffset = 31_622_400.0
  /// 294277-01-01, the first moment that Postgres can't hold, in microseconds since 2000-01-01; 4714-11-24 BC, its first.
  private static let range = -211_813_488_000_000_000..<9_223_371_331_200_000_000 as Range<Int64>

  /// Rounds to the microsecond; what Postgres can't hold becomes an infinity.
  public init(_ date: Date) {
    let microseconds = ((date.timeIntervalSinceReferenceDate + Self.referenceOffset) * 1e6).rounded()
    if let exact = Int64(exactly: microseconds), Self.range.contains(exact) {
      self.init(rawValue: exact)
    } else {
      self.init(rawValue: microseconds < 0 ? .min : .max)
    }
  }

  /// The date, or nil for an infinity.
  public var date: Date? {
    guard Self.range.contains(rawValue) else { return nil }
    return Date(timeIntervalSinceReferenceDate: Double(rawValue) / 1e6 - Self.referenceOffset)
  }

  /// Microseconds since 1970-01-01 00:00 UTC, exactly, or nil for an infinity.
  public var microsecondsSince1970: Int64? {
    guard Self.range.contains(rawValue) else { return nil }
    return rawValue.addingReportingOverflow(Self.epoch).overflow ? nil : rawValue + Self.epoch
  }

  /// Earlier comes first.
  public static func < (left: PostgresTimestamp, right: PostgresTimestamp) -> Bool { left.rawValue < right.rawValue }
}
