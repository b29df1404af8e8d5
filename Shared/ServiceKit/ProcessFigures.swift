import FoundationEssentials
import Glibc
public import Monitoring

/// What this process takes of the machine, from `proc(5)`.
public struct ProcessFigures: Sendable {
  let residentBytes: Double
  let cpuSeconds: Double
  let startTime: Double
  let threads: Double
  let openFiles: Double

  /// Reads them.
  /// - Throws: `CocoaError` where `/proc` isn't there.
  public static func read() throws -> ProcessFigures {
    let stat = String(decoding: try Data(contentsOf: URL(filePath: "/proc/self/stat")), as: UTF8.self)
    let boot = String(decoding: try Data(contentsOf: URL(filePath: "/proc/stat")), as: UTF8.self)
    let files = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    guard let figures = ProcessFigures(stat: stat, system: boot, openFiles: files) else {
      throw CocoaError(.fileReadCorruptFile)
    }
    return figures
  }

  /// Reads the text of `/proc/PID/stat`, whose second field may hold spaces and parentheses, and of `/proc/stat`.
  init?(
    stat: String, system: String, openFiles: Int, ticks: Double = Double(sysconf(Int32(_SC_CLK_TCK))),
    pageSize: Double = Double(sysconf(Int32(_SC_PAGESIZE)))
  ) {
    guard let end = stat.lastIndex(of: ")") else { return nil }
    // The first of these is field 3.
    let fields = stat[stat.index(after: end)...].split(whereSeparator: \.isWhitespace).map(String.init)
    let boot = system.split(separator: "\n").first { $0.hasPrefix("btime ") }.flatMap { Double($0.dropFirst(6)) }
    guard fields.count > 21, let boot, let user = Double(fields[11]), let kernel = Double(fields[12]),
      let threads = Double(fields[17]), let start = Double(fields[19]), let pages = Double(fields[21])
    else { return nil }
    residentBytes = pages * pageSize
    cpuSeconds = (user + kernel) / ticks
    startTime = boot + start / ticks
    self.threads = threads
    self.openFiles = Double(openFiles)
  }

  /// The figures under the names that Prometheus' own clients give them.
  public var metrics: [MetricFamily] {
    [
      MetricFamily(
        "process_cpu_seconds_total", "User and system time taken, in seconds.", .counter, [.init(cpuSeconds)]),
      .gauge("process_open_fds", "Open file descriptors.", openFiles),
      .gauge("process_resident_memory_bytes", "Memory that is resident, in bytes.", residentBytes),
      .gauge("process_start_time_seconds", "When the process started, in seconds since the epoch.", startTime),
      .gauge("process_threads", "Threads.", threads),
    ]
  }
}
