import JSON
import Repository

/// What the API says of a rewrap job, as a line of text.
struct RewrapProgress: Sendable, Equatable {
  /// How many characters the bar has.
  static let width = 30

  let status: RewrapJob.Status
  let total: Int
  let processed: Int
  let failed: Int
  let rowsPerSecond: Int?
  let secondsLeft: Int?

  /// Nil where the JSON shows no job.
  init?(_ json: JSONValue) {
    guard let status = json["status"]?.string.flatMap({ RewrapJob.Status(rawValue: $0) }),
      let total = json["total"]?.integer, let processed = json["processed"]?.integer,
      let failed = json["failed"]?.integer
    else { return nil }
    self.status = status
    self.total = total
    self.processed = processed
    self.failed = failed
    rowsPerSecond = json["rows_per_second"]?.integer
    secondsLeft = json["eta_seconds"]?.integer
  }

  /// Whether nothing more will happen by itself.
  var isOver: Bool { !status.isOpen }

  /// Whether every row is under the target version.
  var isComplete: Bool { status == .completed }

  /// `[###-------]  30 %  300/1000 rows  120 rows/s  ETA 0:06  running`
  var line: String {
    let done = isComplete ? 1 : total > 0 ? min(1, Double(processed + failed) / Double(total)) : 0
    let filled = Int(done * Double(Self.width))
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: Self.width - filled)
    var parts = ["[\(bar)]", "\(Int(done * 100)) %", "\(processed)/\(total) rows"]
    if failed > 0 { parts.append("\(failed) failed") }
    if let rowsPerSecond { parts.append("\(rowsPerSecond) rows/s") }
    if let secondsLeft, status == .running { parts.append("ETA \(Self.clock(secondsLeft))") }
    parts.append(status.rawValue)
    return parts.joined(separator: "  ")
  }

  /// `1:02:03`, `2:03`
  private static func clock(_ seconds: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds % 60))" : "\(minutes):\(two(seconds % 60))"
  }
}
