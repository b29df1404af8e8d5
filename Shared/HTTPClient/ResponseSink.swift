internal import CLibcurl

/// Where curl puts an answer, up to the limits; lives on the loop's queue.
final class ResponseSink {
  private(set) var body = WipedBytes()
  private(set) var isTooLarge = false
  private let maximumBody: Int
  private var remainingHeader: Int

  init(maximumBody: Int, maximumHeader: Int) {
    self.maximumBody = maximumBody
    remainingHeader = maximumHeader
  }

  /// Has curl call this sink, which must outlive the transfer.
  func attach(to easy: UnsafeMutableRawPointer) {
    let me = unsafe Unmanaged.passUnretained(self).toOpaque()
    unsafe tenant_kms_easy_set_pointer(easy, CURLOPT_WRITEDATA, me)
    unsafe tenant_kms_easy_set_callback(easy, CURLOPT_WRITEFUNCTION) { bytes, size, count, sink in
      unsafe ResponseSink.taking(bytes, size * count, sink) { unsafe $0.append($1) }
    }
    unsafe tenant_kms_easy_set_pointer(easy, CURLOPT_HEADERDATA, me)
    unsafe tenant_kms_easy_set_callback(easy, CURLOPT_HEADERFUNCTION) { bytes, size, count, sink in
      unsafe ResponseSink.taking(bytes, size * count, sink) { unsafe $0.countHeader($1) }
    }
  }

  /// Answers how many bytes were taken; anything but all of them ends the transfer.
  private static func taking(
    _ bytes: UnsafeMutablePointer<CChar>?, _ count: Int, _ sink: UnsafeMutableRawPointer?,
    _ take: (ResponseSink, UnsafeRawBufferPointer) -> Bool
  ) -> Int {
    guard let sink = unsafe sink else { return 0 }
    let taker = unsafe Unmanaged<ResponseSink>.fromOpaque(sink).takeUnretainedValue()
    return unsafe take(taker, UnsafeRawBufferPointer(start: bytes, count: count)) ? count : 0
  }

  private func append(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard body.count + bytes.count <= maximumBody else {
      isTooLarge = true
      return false
    }
    unsafe body.append(bytes)
    return true
  }

  /// curl keeps the fields itself; only their size is of interest here.
  private func countHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
    remainingHeader -= bytes.count
    isTooLarge = isTooLarge || remainingHeader < 0
    return remainingHeader >= 0
  }
}
