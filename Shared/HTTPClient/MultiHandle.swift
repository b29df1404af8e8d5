internal import CLibcurl

/// A curl multi handle: the transfers under way and the pool of connections.
///
/// `@unchecked Sendable`: the pointer never changes. Every function but one is called by `TransferLoop` alone, on its
/// queue; the exception, `curl_multi_wakeup`, is the one that curl documents as callable from any thread.
@safe
final class MultiHandle: @unchecked Sendable {
  let pointer: UnsafeMutableRawPointer

  init(maximumConnections: Int) {
    precondition(Self.isCurlReady, "libcurl did not initialise")
    guard let pointer = unsafe curl_multi_init() else { preconditionFailure("out of memory") }
    unsafe self.pointer = pointer
    let limit = max(1, min(maximumConnections, 10_000))
    unsafe tenant_kms_multi_set_long(pointer, CURLMOPT_MAX_TOTAL_CONNECTIONS, limit)
    unsafe tenant_kms_multi_set_long(pointer, CURLMOPT_MAXCONNECTS, limit)
  }

  deinit {
    unsafe curl_multi_cleanup(pointer)
  }

  /// Lets a `curl_multi_poll` under way, or the next one, return at once.
  func wake() {
    unsafe curl_multi_wakeup(pointer)
  }

  /// curl wants its global state made once a process, before anything else; a lazy global is exactly that.
  private static let isCurlReady = tenant_kms_global_init() == CURLE_OK
}
