import Foundation

/// What a camera makes of a QR code: zbar, an independent reader.
enum QRCodeReader {
  /// Reads a drawing as a browser shows it, which is rendered by librsvg.
  static func read(svg: String) async throws -> String {
    try await read(image: try await run("rsvg-convert", ["--width", "600", "/dev/stdin"], Data(svg.utf8)))
  }

  /// Reads what a terminal shows: each character has two modules, one above the other, here of 4 × 4 pixels.
  static func read(terminalArt: String) async throws -> String {
    let rows = terminalArt.split(separator: "\n").flatMap { line -> [String] in
      let blocks = line.filter { " ▀▄█".contains($0) }
      return [
        blocks.map { "▀█".contains($0) ? "1" : "0" }.joined(), blocks.map { "▄█".contains($0) ? "1" : "0" }.joined(),
      ]
    }
    let pixels = rows.flatMap { row in
      repeatElement(row.map { String(repeating: "\($0) ", count: 4) }.joined(), count: 4)
    }
    let bitmap = "P1 \((rows.first?.count ?? 0) * 4) \(pixels.count)\n" + pixels.joined(separator: "\n")
    return try await read(image: Data(bitmap.utf8))
  }

  private static func read(image: Data) async throws -> String {
    String(decoding: try await run("zbarimg", ["--quiet", "--raw", "--oneshot", "-"], image), as: UTF8.self)
      .trimmingCharacters(in: .newlines)
  }

  /// A program ended with another exit code than 0; zbarimg's is 4 where it finds no code.
  struct Failed: Error, Equatable {
    let program: String
    let exitCode: Int32
  }

  private static func run(_ program: String, _ arguments: [String], _ input: Data) async throws -> Data {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let folder = URL.temporaryDirectory.appending(path: "qr-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // By way of files, as neither side of a pipe may fill up.
    let source = folder.appending(path: "input")
    let sink = folder.appending(path: "output")
    try input.write(to: source)
    try Data().write(to: sink)
    process.standardInput = try FileHandle(forReadingFrom: source)
    process.standardOutput = try FileHandle(forWritingTo: sink)
    return try await withCheckedThrowingContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
              throw Failed(program: program, exitCode: process.terminationStatus)
            }
            return try Data(contentsOf: sink)
          })
      }
    }
  }
}
