import Testing

@testable import Repository

@Suite struct BatchPaceTests {
  /// What a batch takes on, chunk by chunk, from a server that needs so long for each row.
  private func chunks(limit: Int32, perRow: Duration) -> [Int32] {
    var pace = BatchPace(limit: limit, duration: .milliseconds(250))
    var chunks: [Int32] = []
    // As a batch goes: while a chunk is taken on, the one before it is at work, and the others are written.
    while true {
      let written = chunks.dropLast(2).reduce(0, +)
      let chunk = pace.nextChunk(after: perRow * Int(written), written: written)
      guard chunk > 0 else { return chunks }
      chunks.append(chunk)
    }
  }

  @Test func `a quick server gets large chunks, up to the limit`() {
    let chunks = chunks(limit: 10_000, perRow: .microseconds(5))
    #expect(chunks == [250, 250, 250, 2_500, 2_500, 2_500, 1_750])
  }

  @Test(arguments: [20, 50, 100, 200] as [Int64])
  func `a slow server gets as much as it can do in the time`(microseconds: Int64) {
    let taken = chunks(limit: 10_000, perRow: .microseconds(microseconds)).reduce(0, +)
    let possible = Int32(250_000 / microseconds)
    #expect(taken <= min(10_000, possible))
    #expect(taken >= min(10_000, possible) - BatchPace.firstChunk)
  }

  @Test func `a server that is stuck gets no more than the first chunks`() {
    #expect(chunks(limit: 10_000, perRow: .milliseconds(10)) == [250, 250, 250])
    var pace = BatchPace(limit: 10_000, duration: .milliseconds(250))
    #expect(pace.nextChunk(after: .seconds(1), written: 0) == 250)
    #expect(pace.nextChunk(after: .seconds(1), written: 0) == 0)
  }

  @Test func `a limit is kept, however small`() {
    #expect(chunks(limit: 1, perRow: .microseconds(5)) == [1])
    #expect(chunks(limit: 600, perRow: .microseconds(5)) == [250, 250, 100])
  }
}
