import ChildProcess
import Foundation
import Testing

/// Programs as every Linux has them, run with bounds.
@Suite(.timeLimit(.minutes(1))) struct ProgramRunnerTests {
  private func output(
    of arguments: [String], environment: [String: String] = [:], timeout: Duration = .seconds(30),
    maximumOutput: Int = 4096
  ) async throws(ProgramError) -> String {
    let output = try await ProgramRunner().output(
      of: arguments, environment: environment, timeout: timeout, maximumOutput: maximumOutput)
    return String(decoding: output, as: UTF8.self)
  }

  private func failure(
    of arguments: [String], timeout: Duration = .seconds(30), maximumOutput: Int = 4096
  ) async -> ProgramError? {
    do throws(ProgramError) {
      _ = try await output(of: arguments, timeout: timeout, maximumOutput: maximumOutput)
      return nil
    } catch { return error }
  }

  @Test func `arguments arrive as they are, since no shell reads them`() async throws {
    #expect(try await output(of: ["/bin/echo", "-n", "$HOME; `id` \"x\" *", "b  c"]) == "$HOME; `id` \"x\" * b  c")
  }

  @Test func `the program may be one of the path's`() async throws {
    #expect(try await output(of: ["echo", "x"]) == "x\n")
  }

  @Test func `it sees the variables that it is given, and none of ours`() async throws {
    let seen = try await output(of: ["/usr/bin/env"], environment: ["A": "1", "B": "x=y"])
    #expect(Set(seen.split(separator: "\n")) == ["A=1", "B=x=y"])
  }

  @Test func `it has no open file of ours, and nothing to read`() async throws {
    let path = NSTemporaryDirectory() + "open-\(UUID().uuidString)"
    try Data("secret".utf8).write(to: URL(filePath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    let open = try #require(FileHandle(forReadingAtPath: path))
    let files = try await output(of: ["/bin/ls", "-l", "/proc/self/fd"])
    #expect(!files.contains(path))
    #expect(try await output(of: ["/bin/cat"]) == "")
    try open.close()
  }

  @Test func `all of its output is taken up to the bound`() async throws {
    let all = try await output(of: ["/usr/bin/head", "-c", "100000", "/dev/zero"], maximumOutput: 100_000)
    #expect(all.utf8.count == 100_000)
    #expect(
      await failure(of: ["/usr/bin/head", "-c", "100001", "/dev/zero"], maximumOutput: 100_000) == .tooMuchOutput)
  }

  @Test func `one that never stops writing is killed`() async {
    #expect(await failure(of: ["/usr/bin/yes"]) == .tooMuchOutput)
  }

  /// The program's child holds the pipe open, and would do so for a minute.
  @Test(arguments: [
    ["/bin/sleep", "600"], ["/bin/sh", "-c", "/bin/sleep 600 & wait"],
    ["/bin/sh", "-c", "exec >&-; sleep 600"],
  ])
  func `one that takes too long is killed with its children`(_ arguments: [String]) async {
    let start = ContinuousClock.now
    #expect(await failure(of: arguments, timeout: .milliseconds(200)) == .timeout)
    #expect(ContinuousClock.now - start < .seconds(30))
  }

  @Test func `how it ended is told`() async {
    #expect(await failure(of: ["/bin/false"]) == .failed(1))
    #expect(await failure(of: ["/bin/sh", "-c", "echo secret; exit 7"]) == .failed(7))
    #expect(await failure(of: ["/bin/sh", "-c", "kill -TERM $$"]) == .killed(15))
    #expect(await failure(of: ["/nonexistent/program"]) == .notStarted(ENOENT))
    #expect(await failure(of: ["/etc/passwd"]) == .notStarted(EACCES))
    #expect(await failure(of: []) == .notStarted(EINVAL))
  }

  @Test(arguments: [
    (ProgramError.failed(7), "ended with code 7"), (.killed(9), "was ended by signal 9"),
    (.timeout, "took too long and was killed"), (.tooMuchOutput, "printed too much and was killed"),
    (.notStarted(2), "can't be run (errno 2)"), (.lost(10), "can't be waited for (errno 10)"),
  ])
  func `a failure is the end of a sentence`(_ error: ProgramError, text: String) {
    #expect("\(error)" == text)
  }
}
