internal import CLibcrypto

#if canImport(Glibc)
  internal import CProcess
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
    return unsafe UnsafeMutableRawBufferPointer(start: allocatePages(byteCount), count: byteCount)
  }

  static func deallocate(_ buffer: UnsafeMutableRawBufferPointer) {
    guard let address = buffer.baseAddress else { return }
    if unsafe keySlots.giveBack(address, buffer.count) || valueSlots.giveBack(address, buffer.count) { return }
    unsafe deallocatePages(address, buffer.count)
  }

  /// Pages of their own for at least so many bytes: no neighbour's lock is touched by theirs.
  static func allocatePages(_ byteCount: Int) -> UnsafeMutableRawPointer {
    let byteCount = wholePages(byteCount)
    let pages = UnsafeMutableRawPointer.allocate(byteCount: byteCount, alignment: pageSize)
    unsafe lock(pages, byteCount)
    return unsafe pages
  }

  static func deallocatePages(_ pages: UnsafeMutableRawPointer, _ byteCount: Int) {
    let byteCount = wholePages(byteCount)
    unsafe OPENSSL_cleanse(pages, byteCount)
    _ = unsafe munlock(pages, byteCount)
    unsafe pages.deallocate()
  }

  /// Locks each page as it comes into use, where the system can (mlock2(2)): most processes use few of a region's.
  private static func lock(_ pages: UnsafeMutableRawPointer, _ byteCount: Int) {
    #if canImport(Glibc)
      if unsafe mlock2(pages, byteCount, onFault) == 0 { return }
    #endif
    _ = unsafe mlock(pages, byteCount)
  }

  /// `MLOCK_ONFAULT` of Linux's headers.
  private static let onFault: CUnsignedInt = 1

  private static let pageSize = sysconf(CInt(_SC_PAGESIZE))

  private static func wholePages(_ byteCount: Int) -> Int {
    (byteCount + pageSize - 1) / pageSize * pageSize
  }
}
