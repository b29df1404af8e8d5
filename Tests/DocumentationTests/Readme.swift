import Foundation

/// The README of this repository.
enum Readme {
  static func text() throws -> String {
    let path = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../README.md")
    return try String(contentsOf: path, encoding: .utf8)
  }
}
