internal import CLibcrypto
internal import Synchronization

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#elseif canImport(Darwin)
  internal import Darwin
#endif

/// Memory for secrets: never swapped out and left out of core dumps wherever the system allows it, wiped when freed.
///
/// `mlock` works on whole pages and doesn't nest, so a lock on part of the ordinary heap would end as soon as a
/// neighbour's does, and locking takes longer than most uses of a secret. Secrets therefore live in slots of regions that
/// stay locked for the life of the process: 4096 slots for keys, 128 for values. What is longer, or finds no free slot,
/// gets pages of its own. A refused lock (`RLIMIT_MEMLOCK`) is no error.
enum SecretMemory {
  private static let keySlots = SecretSlots(slotSize: 64, count: 4096)
  private static let valueSlots = SecretSlots(slotSize: 4096, count: 128)

  static func allocate(byteCount: Int) -> UnsafeMutableRawBufferPointer {
    guard byteCount > 0 else { return unsafe UnsafeMutableRawBufferPointer(start: nil, count: 0) }
    if let slot = unsafe keySlots.take(byteCount) ?? valueSlots.take(byteCount) {
      return unsafe UnsafeMutableRawBufferPointer(start: slot, count: byteCount)
    }
    return unsafe UnsafeMutableRawBufferPointer(start: allocatePages(wholePages(byteCount)), count: byteCount)
  }

  static func deallocate(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let address = buffer.baseAddress else { return }
    if unsafe keySlots.giveBack(address, buffer.count) || valueSlots.giveBack(address, buffer.count) { return }
    unsafe deallocatePages(address, wholePages(buffer.count))
  }

  static func allocatePages(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let pages = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: pageSize)
    _ = unsafe mlock(pages, byteCount)
    return unsafe pages
  }

  static func deallocatePages(_ pages: UnsafeMutableRawPointer, _ byteCount: Int) {
    unsafe OPENSSL_cleanse(pages, byteCount)
    _ = unsafe munlock(pages, byteCount)
    unsafe pages.deallocate()
  }

  private static let pageSize = sysconf(CInt(_SC_PAGESIZE))

  private static func wholePages(_ byteCount: Int) -> Int {
    (byteCount + pageSize - 1) / pageSize * pageSize
  }
}

/// A locked region cut into slots of one size.
///
/// Its addresses never change and each slot belongs to one taker at a time, so the only shared state is the list of free
/// slots behind its mutex: that is why the addresses may be `nonisolated(unsafe)`.
@safe
final class SecretSlots: Sendable {
  private let slotSize: Int
  private nonisolated(unsafe) let start: UnsafeMutableRawPointer
  private nonisolated(unsafe) let end: UnsafeMutableRawPointer
  private let free: Mutex<[Int32]>

  init(slotSize: Int, count: Int) {
    self.slotSize = slotSize
    unsafe start = SecretMemory.allocatePages(slotSize * count)
    unsafe end = start + slotSize * count
    free = Mutex((0..<Int32(count)).reversed())
    #if os(Linux)
      _ = unsafe madvise(start, slotSize * count, MADV_DONTDUMP)
    #endif
  }

  deinit {
    unsafe SecretMemory.deallocatePages(start, end - start)
  }

  /// A slot, or nil if none is free or `byteCount` exceeds a slot.
  func take(_ byteCount: Int) -> UnsafeMutableRawPointer? {
    guard byteCount <= slotSize, let index = free.withLock({ $0.popLast() }) else { return nil }
    return unsafe start + Int(index) * slotSize
  }

  /// Wipes and frees a slot of which `byteCount` bytes were used; false if the address isn't one of this region's.
  func giveBack(_ address: UnsafeMutableRawPointer, _ byteCount: Int) -> Bool {
    guard unsafe address >= start, unsafe address < end else { return false }
    unsafe OPENSSL_cleanse(address, byteCount)
    let index = unsafe Int32((address - start) / slotSize)
    free.withLock { $0.append(index) }
    return true
  }
}
