import Glibc

/// The process's standard error.
package enum StandardError {
  /// Writes a text at once, unbuffered, so that lines of several threads don't mix. Blocks as long as the writing does.
  package static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
      // There is nobody to tell that nobody listens.
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
