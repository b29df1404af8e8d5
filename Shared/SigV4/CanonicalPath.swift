/// The canonical path (AWS: "Create a signed API request", step 1, CanonicalUri).
enum CanonicalPath {
  /// Percent-encodes a path once more than it is sent, as every service but S3 demands.
  /// - Parameter normalizing: whether empty, `.` and `..` segments are resolved first.
  static func append(_ path: String, normalizing: Bool, to bytes: inout [UInt8]) {
    for byte in (normalizing ? normalized(path) : path).utf8 {
      if byte == .slash {
        bytes.append(byte)
      } else {
        bytes.appendPercentEncoded(byte)
      }
    }
  }

  private static func normalized(_ path: String) -> String {
    var segments: [Substring] = []
    for segment in path.split(separator: "/") where segment != "." {
      if segment == ".." {
        _ = segments.popLast()
      } else {
        segments.append(segment)
      }
    }
    let trailing = path.hasSuffix("/") && !segments.isEmpty ? "/" : ""
    return "/" + segments.joined(separator: "/") + trailing
  }
}
