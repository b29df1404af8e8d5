import Foundation

/// What a camera makes of a QR code: zbar, an independent reader.
enum QRCodeReader {
  /// Reads a drawing as a browser shows it, which is rendered by librsvg.
  static func read(svg: String) async throws -> String {
    try await read(image: try await Tool.run("rsvg-convert", ["--width", "600", "/dev/stdin"], input: Data(svg.utf8)))
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
    let output = try await Tool.run("zbarimg", ["--quiet", "--raw", "--oneshot", "-"], input: image)
    return String(decoding: output, as: UTF8.self).trimmingCharacters(in: .newlines)
  }
}
