/// The canonical path (AWS: "Create a signed API request", step 1, CanonicalUri).
enum CanonicalPath {
  /// Percent-encodes a path once more than it is sent, as every service but S3 demands.
  /// - Parameter normalizing: whether empty, `.` and `..` segments are resolved first.
  static func append(_ path: String, normalizing: Bool, to bytes: inout [UInt8]) {
    // The only path of most services, KMS and STS among them.
    guard path != "/" else { return bytes.append(.slash) }
    let path = normalizing ? normalized(path) : path
    for (index, segment) in path.utf8.split(separator: .slash, omittingEmptySubsequences: false).enumerated() {
      if index > 0 { bytes.append(.slash) }
      bytes.appendPercentEncoded(segment)
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
