import Foundation
import JSON
import Repository

/// An export of the audit chain, read row by row.
struct AuditExport {
  /// The longest line accepted, in bytes.
  static let maximumLineLength = 1 << 20

  private let bytes: Data
  private var position: Data.Index
  private var line = 0

  /// Opens an export.
  /// - Parameter path: of the file, which is mapped rather than read; `-` for standard input, which is read whole.
  init(path: String) throws {
    bytes =
      path == "-"
      ? try FileHandle.standardInput.readToEnd() ?? Data()
      : try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    position = bytes.startIndex
  }

  /// The next row, or nil at the end.
  /// - Throws: ``AuditBroken`` where a line isn't a row.
  mutating func next() throws -> AuditRow? {
    guard position < bytes.endIndex else { return nil }
    let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
    let text = bytes[position..<end]
    position = min(end + 1, bytes.endIndex)
    line += 1
    guard text.count <= Self.maximumLineLength, let json = try? JSONValue(parsing: Array(text)),
      let row = AuditRow(json: json)
    else { throw AuditBroken(place: "in line \(line) of the export: it is not a row of an audit chain") }
    return row
  }
}
