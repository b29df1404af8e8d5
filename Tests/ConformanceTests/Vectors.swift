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
