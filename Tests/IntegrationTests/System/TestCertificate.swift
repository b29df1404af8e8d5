import Foundation

/// A certificate for 127.0.0.1 that vouches for itself, and its key, in files, as an operator has them.
final class TestCertificate: Sendable {
  /// The certificate's path.
  let certificate: String
  private let key: String
  private let folder: URL

  /// What has the API use it.
  var settings: [String: String] { ["HTTP_TLS_CERTIFICATE_FILE": certificate, "HTTP_TLS_KEY_FILE": key] }

  init() async throws {
    folder = URL.temporaryDirectory.appending(path: "certificate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    (certificate, key) = (folder.appending(path: "chain.pem").path, folder.appending(path: "key.pem").path)
    let made = try await OpenSSL.run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-keyout", key,
      "-out", certificate, "-subj", "/CN=test", "-addext", "subjectAltName=IP:127.0.0.1",
    ])
    guard made.exitCode == 0 else { throw OpenSSL.Failed(output: made.output) }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }
}

/// The `openssl` command: a TLS that is neither the API's nor our client's.
enum OpenSSL {
  private static let executable = "/usr/bin/openssl"
  static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: executable) }

  struct Failed: Error {
    let output: String
  }

  /// Shakes hands with a server on this machine.
  /// - Parameter options: which versions and suites are offered; all, however weak, unless told.
  static func handshake(
    port: UInt16, trusting certificate: String, _ options: [String]
  ) async throws -> (exitCode: Int32, output: String) {
    try await run(
      [
        "s_client", "-connect", "127.0.0.1:\(port)", "-CAfile", certificate, "-verify_return_error", "-cipher",
        "ALL:@SECLEVEL=0",
      ] + options)
  }

  /// Runs it to its end, with nothing to read.
  /// - Returns: what it wrote to both its outputs.
  static func run(_ arguments: [String]) async throws -> (exitCode: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    return try await withCheckedThrowingContinuation { continuation in
      // It blocks, so not on Swift's pool.
      DispatchQueue.global().async {
        continuation.resume(
          with: Result {
            try process.run()
            let data = try output.fileHandleForReading.readToEnd() ?? Data()
            process.waitUntilExit()
            return (process.terminationStatus, String(decoding: data, as: UTF8.self))
          })
      }
    }
  }
}
