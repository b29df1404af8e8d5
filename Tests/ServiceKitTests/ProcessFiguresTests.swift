import Testing

@testable import ServiceKit

@Suite struct ProcessFiguresTests {
  static let system = "cpu  1 2 3\nbtime 1700000000\nprocesses 7\n"

  @Test func `the fields are those of proc(5), whatever the program is called`() throws {
    let stat = "42 (a) b) c) S 1 42 42 0 -1 0 9 9 9 9 150 50 9 9 20 0 6 0 3000 999999 1024 18446744073709551615 0 0"
    let figures = try #require(
      ProcessFigures(stat: stat, system: Self.system, openFiles: 12, ticks: 100, pageSize: 4096))
    #expect(figures.cpuSeconds == 2)
    #expect(figures.threads == 6)
    #expect(figures.startTime == 1_700_000_030)
    #expect(figures.residentBytes == 4_194_304)
    #expect(figures.openFiles == 12)
  }

  @Test func `what isn't such a text is none`() {
    #expect(ProcessFigures(stat: "42 (a) S 1", system: Self.system, openFiles: 1) == nil)
    #expect(ProcessFigures(stat: "", system: "", openFiles: 1) == nil)
  }

  @Test func `this process has figures`() throws {
    let figures = try ProcessFigures.read()
    #expect(figures.residentBytes > 1_000_000)
    #expect(figures.openFiles >= 3)
    #expect(figures.startTime > 1_700_000_000)
  }
}
