/// The canonical header and its list of names (AWS: "Create a signed API request", step 1, CanonicalHeaders).
struct CanonicalHeaders {
  /// What proxies and HTTP stacks change on the way, which therefore is never signed.
  private static let unsigned: Set<String> = [
    "connection", "expect", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id",
  ]

  /// The names, lower-case, sorted, without duplicates, joined with semicolons.
  let signedNames: String
  /// `name:value` lines in the order of the names; the values of one name joined with commas in their own order.
  let lines: [UInt8]

  init(_ fields: [HeaderField]) {
    var names: [String] = []
    var lines: [UInt8] = []
    lines.reserveCapacity(fields.reduce(0) { $0 + $1.name.utf8.count + $1.value.utf8.count + 2 })
    let sorted = fields.map { HeaderField(name: $0.name.lowercased(), value: $0.value) }
      .filter { !Self.unsigned.contains($0.name) }
      .sorted { $0.name < $1.name }
    for field in sorted {
      if field.name == names.last {
        lines.append(.comma)
      } else {
        if !names.isEmpty { lines.append(.newline) }
        names.append(field.name)
        lines.append(field.name)
        lines.append(.colon)
      }
      Self.append(field.value, to: &lines)
    }
    if !names.isEmpty { lines.append(.newline) }
    signedNames = names.joined(separator: ";")
    self.lines = lines
  }

  /// Appends a value without blanks at its ends and with one space for each run of blanks inside.
  private static func append(_ value: String, to lines: inout [UInt8]) {
    var blankIsDue = false
    var isEmpty = true
    for byte in value.utf8 {
      guard !byte.isBlank else {
        blankIsDue = !isEmpty
        continue
      }
      if blankIsDue { lines.append(.space) }
      blankIsDue = false
      isEmpty = false
      lines.append(byte)
    }
  }
}
