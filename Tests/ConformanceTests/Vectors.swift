import Foundation

/// The folder of published test vectors, which lies outside of the repository.
///
/// `TENANT_KMS_VECTORS` names it; by default it is `../shared/vectors` beside the repository. Where it is absent, the
/// tests that read it are skipped and say so; where it is present but empty, they fail.
enum Vectors {
  static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["TENANT_KMS_VECTORS"] { return URL(fileURLWithPath: path) }
    return URL(fileURLWithPath: #filePath).appendingPathComponent("../../../../shared/vectors").standardizedFileURL
  }()

  static let areAbsent = !FileManager.default.fileExists(atPath: folder.path)
  static let absence = "there are no test vectors; set TENANT_KMS_VECTORS to their folder"

  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(path))
  }

  static func text(_ path: String) throws -> String {
    String(decoding: try data(path), as: UTF8.self)
  }
}

extension [UInt8] {
  /// The bytes of a hexadecimal text; nil if it isn't one.
  init?(hexadecimal text: String) {
    guard text.utf8.count.isMultiple(of: 2) else { return nil }
    self = []
    var rest = Substring(text)
    while !rest.isEmpty {
      guard let byte = UInt8(rest.prefix(2), radix: 16) else { return nil }
      append(byte)
      rest = rest.dropFirst(2)
    }
  }
}
