import Glibc

/// The time since it was made: on the wall, and that of this process on any processor (getrusage(2)).
struct Stopwatch {
  private let start = ContinuousClock.now
  private let used = Self.processorSeconds()

  func report() {
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(seconds, Self.processorSeconds() - used)
  }

  private static func processorSeconds() -> Double {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    let times = [usage.ru_utime, usage.ru_stime]
    return times.reduce(0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) / 1e6 }
  }
}
