extension QRCode {
  /// The code as lines for a terminal, with its quiet zone: a character holds two modules, one above the other.
  ///
  /// Black and white are asked for by number in the palette of 256 (ECMA-48, SGR 38 and 48), so that the code is dark on
  /// light whatever the terminal's own colours are; readers may refuse the inverse. It takes ``width`` + 8 columns.
  public var terminalArt: String {
    let span = -Self.quietZone..<width + Self.quietZone
    return stride(from: span.lowerBound, to: span.upperBound, by: 2).map { row in
      "\u{1B}[38;5;16;48;5;231m" + span.map { Self.block(self[row, $0], self[row + 1, $0]) }.joined() + "\u{1B}[0m\n"
    }.joined()
  }

  private static func block(_ upper: Bool, _ lower: Bool) -> String {
    switch (upper, lower) {
    case (true, true): "█"
    case (true, false): "▀"
    case (false, true): "▄"
    case (false, false): " "
    }
  }
}
