internal import Glibc

/// A file of the operator's that is small by its nature: a token, a key, a configuration.
enum SmallFile {
  /// Reads a file whole, and blocks for that; of one that is too long, or has no end, no more than a byte beyond the bound.
  /// - Parameters:
  ///   - path: where it is.
  ///   - maximumLength: the longest taken, in bytes.
  static func bytes(at path: String, maximumLength: Int) throws(SmallFileError) -> [UInt8] {
    // A pipe in its place is waited for by nobody.
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable }
    defer { close(descriptor) }
    var isRead = true
    let bytes = [UInt8](unsafeUninitializedCapacity: maximumLength + 1) { buffer, count in
      while count < buffer.count {
        let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[count...])
        let more = read(descriptor, rest.baseAddress, rest.count)
        guard more < 0 else {
          guard more > 0 else { return }
          count += more
          continue
        }
        guard errno == EINTR else {
          isRead = false
          return
        }
      }
    }
    guard isRead else { throw .unreadable }
    guard bytes.count <= maximumLength else { throw .tooLong(maximumLength) }
    return bytes
  }

  /// Reads a file's text without the white space around it; nil in place of what is longer, or not printable ASCII.
  static func token(at path: String, maximumLength: Int) throws(SmallFileError) -> String? {
    var bytes = try bytes(at: path, maximumLength: maximumLength)
    defer { bytes.wipe() }
    return String(token: bytes)
  }
}

/// Why a small file gave nothing.
enum SmallFileError: Error, Equatable {
  /// It isn't there, or may not be read.
  case unreadable
  /// It is longer than so many bytes.
  case tooLong(Int)

  /// In a few words.
  var why: String {
    switch self {
    case .unreadable: "it can't be read"
    case .tooLong(let length): "it is longer than \(length) bytes"
    }
  }
}

extension String {
  /// A token as files and endpoints hold one, with white space around it or not; nil where what is left is nothing, or not
  /// printable ASCII.
  init?(token bytes: [UInt8]) {
    let text = bytes.drop { $0 <= 0x20 }.reversed().drop { $0 <= 0x20 }.reversed()
    guard !text.isEmpty, text.allSatisfy({ (0x21..<0x7F).contains($0) }) else { return nil }
    self.init(decoding: text, as: UTF8.self)
  }
}
