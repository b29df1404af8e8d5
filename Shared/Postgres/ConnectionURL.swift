import CLibpq
import Glibc

/// libpq's own parser of connection URLs, bounded and silenced.
enum ConnectionURL {
  static let sizeLimit = 4096

  /// The parameters that a URL names, under libpq's keywords.
  static func parse(_ url: String) throws(PostgresError) -> [String: String] {
    guard url.utf8.count <= sizeLimit else {
      throw PostgresError(.invalidConfiguration, "the database URL is longer than \(sizeLimit) bytes")
    }
    guard url.hasPrefix("postgres://") || url.hasPrefix("postgresql://") else {
      throw PostgresError(.invalidConfiguration, "the database URL must begin with postgres:// or postgresql://")
    }
    guard !url.utf8.contains(0) else {
      throw PostgresError(.invalidConfiguration, "the database URL contains a NUL character")
    }
    // libpq's message repeats the part of the URL that it stumbled over, perhaps the password: it is not asked for.
    guard let options = unsafe PQconninfoParse(url, nil) else {
      throw PostgresError(.invalidConfiguration, "the database URL is malformed or has an unknown parameter")
    }
    defer { unsafe PQconninfoFree(options) }
    var parameters: [String: String] = [:]
    var option = unsafe options
    while let keyword = unsafe option.pointee.keyword {
      if let value = unsafe option.pointee.val {
        unsafe parameters[String(cString: keyword)] = unsafe String(cString: value)
      }
      unsafe option += 1
    }
    return parameters
  }
}

extension PostgresConfiguration {
  /// Calls libpq with its keywords and values as arrays of C strings that end with a null pointer, and wipes them after.
  func withParameters<Result>(
    _ body: (_ keywords: [UnsafePointer<CChar>?], _ values: [UnsafePointer<CChar>?]) -> Result
  ) -> Result {
    let sorted = parameters.sorted { $0.key < $1.key }
    return unsafe Self.withCStrings(sorted.map(\.key)) { keywords in
      unsafe Self.withCStrings(sorted.map(\.value)) { values in unsafe body(keywords, values) }
    }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: ([UnsafePointer<CChar>?]) -> Result
  ) -> Result {
    var bytes: [CChar] = []
    var offsets: [Int] = []
    bytes.reserveCapacity(strings.reduce(0) { $0 + $1.utf8.count + 1 })
    for string in strings {
      offsets.append(bytes.count)
      bytes.append(contentsOf: string.utf8CString)
    }
    return unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return unsafe body([nil]) }
      defer { unsafe explicit_bzero(base, buffer.count) }
      return unsafe body(offsets.map { unsafe UnsafePointer(base + $0) } + [nil])
    }
  }
}
