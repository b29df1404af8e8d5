import JSON

/// A line of a log as it grows: one JSON object of strings, whose members stand in the order they came in.
///
/// Each request writes one, so nothing is collected or sorted first: a name is looked for among the few before it.
struct JSONLine {
  private var names: [String] = []
  private var bytes: [UInt8] = []

  init() {
    names.reserveCapacity(16)
    bytes.reserveCapacity(512)
    bytes.append(UInt8(ascii: "{"))
  }

  /// Adds a member, unless there is one of that name.
  mutating func append(_ name: String, _ value: String) {
    guard !names.contains(name) else { return }
    if !names.isEmpty { bytes.append(UInt8(ascii: ",")) }
    names.append(name)
    name.writeJSON(into: &bytes)
    bytes.append(UInt8(ascii: ":"))
    value.writeJSON(into: &bytes)
  }

  /// Ends the line, newline included.
  mutating func finish() -> String {
    bytes.append(contentsOf: "}\n".utf8)
    return String(decoding: bytes, as: UTF8.self)
  }
}
