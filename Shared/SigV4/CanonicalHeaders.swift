/// The canonical header and its list of names (AWS: "Create a signed API request", step 1, CanonicalHeaders).
struct CanonicalHeaders {
  /// The fields that are signed, with lower-case names and canonical values, sorted by name; those of one name in their
  /// own order.
  private var fields: [HeaderField] = []

  /// Takes the fields of a request.
  /// - Throws: `invalidHeader` for one that is the signer's to add, `missingHost` unless there is one `Host`.
  init(_ requestFields: [HeaderField]) throws(SigV4Error) {
    fields.reserveCapacity(requestFields.count + 3)
    var hosts = 0
    for field in requestFields {
      let name = field.name.lowercased()
      switch name {
      case "host":
        hosts += 1
      case "authorization", "x-amz-content-sha256", "x-amz-date", "x-amz-security-token":
        throw SigV4Error(.invalidHeader, "a header of the request is one that the signer adds")
      case "connection", "expect", "transfer-encoding", "upgrade", "user-agent", "x-amzn-trace-id":
        // Proxies and HTTP stacks change these on the way, so they are never signed.
        continue
      default:
        break
      }
      insert(HeaderField(name: name, value: Self.canonical(field.value)))
    }
    guard hosts == 1 else { throw SigV4Error(.missingHost, "a request has exactly one Host header") }
  }

  /// Adds a field with a lower-case name, and a value without a blank.
  mutating func insert(_ field: HeaderField) {
    // There are few fields, so that this is faster than a sort.
    let index = fields.lastIndex { $0.name <= field.name }.map { $0 + 1 } ?? 0
    fields.insert(field, at: index)
  }

  /// The length of the lines and names, or a little more.
  var byteCount: Int {
    fields.reduce(0) { $0 + $1.name.utf8.count * 2 + $1.value.utf8.count + 3 }
  }

  /// Appends the names without duplicates, joined with semicolons.
  func appendNames(to bytes: inout [UInt8]) {
    for (index, field) in fields.enumerated() where index == 0 || field.name != fields[index - 1].name {
      if index > 0 { bytes.append(.semicolon) }
      bytes.append(field.name)
    }
  }

  /// Appends a `name:value` line for each name, its values joined with commas.
  func appendLines(to bytes: inout [UInt8]) {
    for (index, field) in fields.enumerated() {
      if index > 0, field.name == fields[index - 1].name {
        bytes.append(.comma)
      } else {
        if index > 0 { bytes.append(.newline) }
        bytes.append(field.name)
        bytes.append(.colon)
      }
      bytes.append(field.value)
    }
    bytes.append(.newline)
  }

  /// A value without blanks at its ends and with one space for each run of blanks inside.
  private static func canonical(_ value: String) -> String {
    guard !value.isMade(of: { !$0.isBlank }) else { return value }
    return value.utf8.split(whereSeparator: \.isBlank).map { String(ascii: $0) }.joined(separator: " ")
  }
}
