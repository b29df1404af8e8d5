import Foundation

/// What each target is fed at first, a file an input; it also holds what once led to a finding.
enum Corpus {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus")

  /// A target's inputs, by the names of their files.
  static func inputs(of target: FuzzTarget) throws -> [[UInt8]] {
    try files(of: target).map { [UInt8](try Data(contentsOf: $0)) }
  }

  /// All names of folders: each must be a target's.
  static func names() throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil).map(\.lastPathComponent))
  }

  private static func files(of target: FuzzTarget) throws -> [URL] {
    let own = folder.appending(path: target.name)
    guard FileManager.default.fileExists(atPath: own.path) else { return [] }
    return try FileManager.default.contentsOfDirectory(at: own, includingPropertiesForKeys: nil)
      .sorted { $0.lastPathComponent < $1.lastPathComponent }
  }
}
