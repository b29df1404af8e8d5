internal import Glibc

/// Bytes at an address that stays the same while curl reads them, wiped before the allocator gets them back.
///
/// An array promises neither: it may move, and it leaves its old storage behind as it was.
@safe
struct WipedBytes: ~Copyable {
  private(set) var bytes: UnsafeMutableRawBufferPointer
  private(set) var count = 0

  init() {
    unsafe bytes = UnsafeMutableRawBufferPointer(start: nil, count: 0)
  }

  init(copying source: [UInt8]) {
    self.init()
    unsafe source.withUnsafeBytes { unsafe append($0) }
  }

  deinit {
    unsafe Self.discard(bytes)
  }

  /// Appends bytes, in new storage where the old one is too small.
  mutating func append(_ more: UnsafeRawBufferPointer) {
    if unsafe count + more.count > bytes.count {
      let larger = unsafe UnsafeMutableRawBufferPointer.allocate(
        byteCount: max(count + more.count, 2 * bytes.count, 1024), alignment: 1)
      unsafe larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[..<count]))
      unsafe Self.discard(bytes)
      unsafe bytes = larger
    }
    unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[count...]).copyMemory(from: more)
    count += more.count
  }

  /// A copy, for whoever takes over the care for its secrecy.
  var array: [UInt8] { unsafe Array(bytes[..<count]) }

  private static func discard(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    unsafe explicit_bzero(start, bytes.count)
    unsafe bytes.deallocate()
  }
}
