import FoundationEssentials

/// Even splits of the space of row ids.
enum KeyRange {
  /// The upper bounds, inclusive and increasing, of at most `count` ranges that are even in their first eight bytes.
  ///
  /// The last is above every id, so that a row written meanwhile falls into a range too.
  static func uppers(from first: UUID, through last: UUID, count: Int32) -> [UUID] {
    let low = first.prefix
    let span = last.prefix - low
    var uppers: [UUID] = []
    for index in 1..<max(1, UInt64(count)) {
      // The product of the span and the index may need more than 64 bits; the quotient doesn't.
      let (high, lower) = span.multipliedFullWidth(by: index)
      let upper = UUID(prefix: low + UInt64(count).dividingFullWidth((high, lower)).quotient)
      if let previous = uppers.last, previous.prefix == upper.prefix { continue }
      uppers.append(upper)
    }
    return uppers + [.highest]
  }
}

extension UUID {
  fileprivate var prefix: UInt64 { bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) } }

  fileprivate init(prefix: UInt64) {
    self.init(bytes: withUnsafeBytes(of: prefix.bigEndian) { [UInt8]($0) } + [UInt8](repeating: 0, count: 8))
  }
}
