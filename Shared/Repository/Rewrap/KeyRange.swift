import FoundationEssentials

/// Even splits of a tenant's rows.
enum KeyRange {
  /// The upper bounds, inclusive and increasing, of at most `count` ranges that hold about as many rows each.
  ///
  /// The last is above every id, so that a row written meanwhile falls into a range too.
  /// - Parameter sample: ids in increasing order, of all rows or of some that stand for all.
  static func uppers(of sample: [UUID], count: Int) -> [UUID] {
    guard count > 1 else { return [.highest] }
    let ends = Set((1..<count).map { sample.count * $0 / count }).subtracting([0, sample.count])
    return ends.sorted().map { sample[$0 - 1] } + [.highest]
  }
}
