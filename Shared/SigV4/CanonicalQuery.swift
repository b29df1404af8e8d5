internal import Cryptography

/// The canonical query (AWS: "Create a signed API request", step 1, CanonicalQueryString).
enum CanonicalQuery {
  private struct Parameter {
    let name: [UInt8]
    let value: [UInt8]

    static func precedes(_ left: Parameter, _ right: Parameter) -> Bool {
      left.name == right.name
        ? left.value.lexicographicallyPrecedes(right.value) : left.name.lexicographicallyPrecedes(right.name)
    }
  }

  /// Decodes each name and value of a query, encodes them again the one way that AWS does, and sorts them.
  /// - Throws: `invalidQuery` for a broken percent escape.
  static func append(_ query: String, to bytes: inout [UInt8]) throws(SigV4Error) {
    guard !query.isEmpty else { return }
    var parameters: [Parameter] = []
    for pair in query.utf8.split(separator: .ampersand) {
      let name = pair.prefix { $0 != .equals }
      parameters.append(Parameter(name: try recoded(name), value: try recoded(pair.dropFirst(name.count + 1))))
    }
    parameters.sort(by: Parameter.precedes)
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { bytes.append(.ampersand) }
      bytes.append(contentsOf: parameter.name)
      bytes.append(.equals)
      bytes.append(contentsOf: parameter.value)
    }
  }

  private static func recoded(_ text: Substring.UTF8View) throws(SigV4Error) -> [UInt8] {
    var decoded: [UInt8] = []
    decoded.reserveCapacity(text.count)
    var rest = text[...]
    while let byte = rest.popFirst() {
      guard byte == .percent else {
        decoded.append(byte)
        continue
      }
      guard let high = rest.popFirst()?.hexadecimalValue, let low = rest.popFirst()?.hexadecimalValue else {
        throw SigV4Error(.invalidQuery, "a query has a percent sign without two hexadecimal digits")
      }
      decoded.append(high << 4 | low)
    }
    var recoded: [UInt8] = []
    recoded.reserveCapacity(decoded.count)
    recoded.appendPercentEncoded(decoded)
    return recoded
  }
}
