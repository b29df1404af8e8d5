import Foundation

/// A program of others' that a test needs, found on the path.
enum Tool {
  /// It ended with another exit code than 0.
  struct Failed: Error, Equatable {
    let program: String
    let exitCode: Int32
    let output: String
  }

  /// Runs a program to its end and answers what it wrote to standard output.
  /// - Parameter input: what it reads from standard input; nothing unless told.
  /// - Throws: ``Failed``, with what it wrote to standard output and standard error.
  static func run(_ program: String, _ arguments: [String], input: Data = Data()) async throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let folder = URL.temporaryDirectory.appending(path: "tool-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // By way of files, as neither side of a pipe may fill up.
    let (source, sink, errors) = (
      folder.appending(path: "input"), folder.appending(path: "output"), folder.appending(path: "errors")
    )
    try input.write(to: source)
    for file in [sink, errors] { try Data().write(to: file) }
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: sink)
    process.standardError = try FileHandle(forWritingTo: errors)
    return try await withCheckedThrowingContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try process.run()
            process.waitUntilExit()
            let output = try Data(contentsOf: sink)
            guard process.terminationStatus == 0 else {
              let text = String(decoding: output + (try Data(contentsOf: errors)), as: UTF8.self)
              throw Failed(program: program, exitCode: process.terminationStatus, output: text)
            }
            return output
          })
      }
    }
  }
}
