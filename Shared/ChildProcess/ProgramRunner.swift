internal import BlockingQueue
internal import Glibc

/// ChildProcess runs other programs, without a shell, and within bounds of time and output.
///
/// One runner runs one program at a time, on a queue of its own: whoever asks meanwhile waits for its turn.
public actor ProgramRunner {
  private let queue = BlockingQueue(label: "programs")

  /// The queue on which programs are waited for.
  public nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe queue.asUnownedSerialExecutor() }

  /// Creates a runner; runs nothing yet.
  public init() {}

  /// Runs a program and answers what it wrote to its standard output, once it has ended well. Its standard input is empty,
  /// and what it writes to its standard error goes nowhere.
  ///
  /// Suspends for as long as the program takes. Cancelling the task doesn't end the program: its time does.
  /// - Parameters:
  ///   - arguments: the program, by its path or its name in `PATH`, and its arguments.
  ///   - environment: its variables, all of them.
  ///   - timeout: how long it may take; then it is killed, with all of its process group.
  ///   - maximumOutput: the most it may write, in bytes; beyond that it is killed likewise.
  /// - Throws: why there is no output. What the program wrote is in no error.
  public func output(
    of arguments: [String], environment: [String: String], timeout: Duration, maximumOutput: Int
  ) throws(ProgramError) -> [UInt8] {
    let deadline = ContinuousClock.now + timeout
    let program = try RunningProgram(arguments, environment: environment)
    let output: [UInt8]
    let status: ProgramStatus
    do throws(ProgramError) {
      output = try program.output(until: deadline, maximumLength: maximumOutput)
      status = try program.end(until: deadline)
    } catch {
      program.kill()
      throw error
    }
    try status.demandSuccess()
    return output
  }
}
