extension QRCode {
  /// The code as an SVG document, black on white with its quiet zone, one unit a module, which scales to any size.
  ///
  /// It has neither a script nor a style nor a reference to anything else, so a page may show it under any policy.
  public var svg: String {
    let side = width + 2 * Self.quietZone
    let dark = (0..<width).map { row in
      runs(of: row).map { "M\($0.lowerBound + Self.quietZone) \(row + Self.quietZone)h\($0.count)v1h-\($0.count)z" }
        .joined()
    }.joined()
    return #"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \#(side) \#(side)" shape-rendering="crispEdges">"#
      + #"<path fill="white" d="M0 0h\#(side)v\#(side)H0z"/><path fill="black" d="\#(dark)"/></svg>"#
  }

  /// The dark columns of a row, from one light one to the next.
  private func runs(of row: Int) -> [Range<Int>] {
    var runs: [Range<Int>] = []
    for column in 0..<width where self[row, column] {
      if let last = runs.last, last.upperBound == column {
        runs[runs.count - 1] = last.lowerBound..<column + 1
      } else {
        runs.append(column..<column + 1)
      }
    }
    return runs
  }
}
