import Dispatch
import Foundation
import Synchronization

/// One of our executables, running; its standard error is read as it comes.
final class RunningProgram: Sendable {
  /// Where the executables lie: beside the bundle that these tests are in.
  static let folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()

  private struct State {
    var lines: [String] = []
    var isOver = false
    /// How often it was started.
    var life = 0
    var waiting: [Waiter] = []
  }

  private typealias Waiter = (
    predicate: @Sendable (String) -> Bool, continuation: CheckedContinuation<String, any Error>
  )

  struct Ended: Error, CustomStringConvertible {
    let program: String
    let lines: [String]
    var description: String { "\(program) ended: \(lines.suffix(5).joined(separator: "\n"))" }
  }

  let name: String
  private let arguments: [String]
  private let environment: [String: String]
  private let process: Mutex<Process>
  private let state = Mutex(State())

  /// Starts a program with exactly this environment.
  init(_ name: String, _ arguments: [String] = [], environment: [String: String]) throws {
    self.name = name
    self.arguments = arguments
    self.environment = environment
    process = Mutex(Process())
    try start()
  }

  /// Starts it once more after it has ended; what it says is added to what it said before.
  func start() throws {
    let started = Process()
    started.executableURL = Self.folder.appending(path: name)
    started.arguments = arguments
    started.environment = environment
    started.standardInput = FileHandle.nullDevice
    started.standardOutput = FileHandle.nullDevice
    let pipe = Pipe()
    started.standardError = pipe
    try started.run()
    process.withLock { $0 = started }
    let life = state.withLock { state in
      state.isOver = false
      state.life += 1
      return state.life
    }
    // One thread a life, which ends with it.
    Thread.detachNewThread { [self] in read(pipe.fileHandleForReading, life) }
  }

  var processID: Int32 { process.withLock { $0.processIdentifier } }

  /// Everything that it has said.
  var output: String { state.withLock { $0.lines.joined(separator: "\n") } }

  /// The first line, past or to come, that fits.
  /// - Throws: ``Ended`` where the program ends without having said one.
  func line(_ predicate: @escaping @Sendable (String) -> Bool) async throws -> String {
    try await withCheckedThrowingContinuation { continuation in
      let answer: Result<String, any Error>? = state.withLock { state in
        if let line = state.lines.first(where: predicate) { return .success(line) }
        if state.isOver { return .failure(Ended(program: name, lines: state.lines)) }
        state.waiting.append((predicate, continuation))
        return nil
      }
      if let answer { continuation.resume(with: answer) }
    }
  }

  /// Sends a signal.
  func signal(_ number: Int32) { kill(processID, number) }

  /// Asks it to stop, or with SIGKILL makes it, and waits until it has.
  /// - Returns: its exit code.
  @discardableResult
  func stop(_ number: Int32 = SIGTERM) async -> Int32 {
    let stopping = process.withLock { $0 }
    kill(stopping.processIdentifier, number)
    // One that is paused would not hear of it.
    kill(stopping.processIdentifier, SIGCONT)
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        stopping.waitUntilExit()
        continuation.resume()
      }
    }
    return stopping.terminationStatus
  }

  private func read(_ handle: FileHandle, _ life: Int) {
    var rest: [UInt8] = []
    while true {
      let data = handle.availableData
      if data.isEmpty { break }
      rest += data
      while let end = rest.firstIndex(of: 0x0A) {
        say(String(decoding: rest[..<end], as: UTF8.self))
        rest.removeSubrange(...end)
      }
    }
    let (lines, waiting) = state.withLock { state -> ([String], [Waiter]) in
      guard state.life == life else { return (state.lines, []) }
      state.isOver = true
      defer { state.waiting = [] }
      return (state.lines, state.waiting)
    }
    for waiter in waiting { waiter.continuation.resume(throwing: Ended(program: name, lines: lines)) }
  }

  private func say(_ line: String) {
    let served = state.withLock { state in
      state.lines.append(line)
      let served = state.waiting.filter { $0.predicate(line) }
      state.waiting.removeAll { $0.predicate(line) }
      return served
    }
    for waiter in served { waiter.continuation.resume(returning: line) }
  }
}
