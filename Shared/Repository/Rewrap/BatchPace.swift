/// How many rows a batch takes on, chunk by chunk, so that its transaction stays short whatever the server's pace.
///
/// The first chunks are small, since nothing is known yet. Once rows have been written, a chunk is as large as what
/// still fits into the time at the pace so far.
struct BatchPace {
  /// The rows of a chunk as long as none has been written.
  static let firstChunk: Int32 = 250
  /// The most rows of a chunk: beyond, a round trip weighs nothing any more, and memory grows.
  static let largestChunk: Int32 = 2_500

  /// The most rows of the batch.
  let limit: Int32
  /// How long its transaction should take at most.
  let duration: Duration
  private var taken: Int32 = 0

  init(limit: Int32, duration: Duration) {
    self.limit = limit
    self.duration = duration
  }

  /// Takes on a further chunk.
  /// - Parameters:
  ///   - elapsed: how long the batch has been at work.
  ///   - written: how many of its rows have been written.
  /// - Returns: the rows to read, some the first time; 0 where the batch should come to its end.
  mutating func nextChunk(after elapsed: Duration, written: Int32) -> Int32 {
    guard taken == 0 || elapsed < duration else { return 0 }
    var fitting = Double(Self.firstChunk)
    if written > 0 {
      fitting = (Double(written) * (duration / elapsed)).rounded(.down) - Double(taken)
      // What is left of the time isn't worth a round trip.
      guard fitting >= Double(Self.firstChunk) else { return 0 }
    }
    let chunk = min(Int32(min(fitting, Double(Self.largestChunk))), limit - taken)
    taken += chunk
    return chunk
  }
}
