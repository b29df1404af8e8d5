internal import CLibcrypto
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#endif

/// A locked region cut into slots of one size.
///
/// Its addresses never change, each slot belongs to one taker at a time, and who that is stands in atomic bits: that is
/// why the addresses may be `nonisolated(unsafe)`. Nobody ever waits here, so freeing a secret can't stall a task.
@safe
final class SecretSlots: Sendable {
  private static let slotsPerWord = 64

  private let slotSize: Int
  private let wordCount: Int
  private nonisolated(unsafe) let start: UnsafeMutableRawPointer
  private nonisolated(unsafe) let end: UnsafeMutableRawPointer
  /// One bit for each slot, set while it is taken.
  private nonisolated(unsafe) let taken: UnsafeMutablePointer<Atomic<UInt64>>

  /// Creates a region of `count` free slots, a multiple of 64.
  init(slotSize: Int, count: Int) {
    self.slotSize = slotSize
    wordCount = count / Self.slotsPerWord
    unsafe start = SecretMemory.allocatePages(slotSize * count)
    unsafe end = start + slotSize * count
    unsafe taken = .allocate(capacity: wordCount)
    for word in 0..<wordCount { unsafe (taken + word).initialize(to: Atomic(0)) }
    #if os(Linux)
      _ = unsafe madvise(start, slotSize * count, MADV_DONTDUMP)
    #endif
  }

  deinit {
    unsafe taken.deinitialize(count: wordCount)
    unsafe taken.deallocate()
    unsafe SecretMemory.deallocatePages(start, end - start)
  }

  /// A slot, or nil if none is free or `byteCount` exceeds a slot.
  func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount <= slotSize else { return nil }
    for word in 0..<wordCount {
      var bits = unsafe taken[word].load(ordering: .relaxed)
      while bits != .max {
        let bit = (~bits).trailingZeroBitCount
        let (isTaken, current) = unsafe taken[word].weakCompareExchange(
          expected: bits, desired: bits | 1 << UInt64(bit), successOrdering: .acquiring, failureOrdering: .relaxed)
        if isTaken { return unsafe start + (word * Self.slotsPerWord + bit) * slotSize }
        bits = current
      }
    }
    return nil
  }

  /// Wipes and frees a slot of which `byteCount` bytes were used; false if the address isn't one of this region's.
  func giveBack(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
    guard unsafe address >= start, unsafe address < end else { return false }
    unsafe OPENSSL_cleanse(address, byteCount)
    let (word, bit) = unsafe ((address - start) / slotSize).quotientAndRemainder(dividingBy: Self.slotsPerWord)
    unsafe taken[word].bitwiseAnd(~(1 << UInt64(bit)), ordering: .releasing)
    return true
  }
}
