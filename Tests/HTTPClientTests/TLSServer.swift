import Foundation
import Glibc

/// An HTTPS server on 127.0.0.1, played by the `openssl` command, with a certificate that nobody has signed but itself.
struct TLSServer: Sendable {
  /// The name that the certificate is for; the address is not.
  static let name = "kms.example"
  static let executable = "/usr/bin/openssl"
  static var isAvailable: Bool { FileManager.default.isExecutableFile(atPath: executable) }

  let port: UInt16
  /// The certificate, which is its own authority.
  let certificate: String
  private let process: Process
  private let directory: URL

  struct DidNotStart: Error {}

  /// Starts a server that speaks the protocol versions that `options` leave.
  static func start(options: [String] = []) async throws -> TLSServer {
    try await onThread { try TLSServer(options: options) }
  }

  private init(options: [String]) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let key = directory.appending(path: "key.pem").path
    certificate = directory.appending(path: "certificate.pem").path
    let request = try Self.run([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key, "-out",
      certificate, "-days", "2", "-subj", "/CN=\(Self.name)", "-addext", "subjectAltName=DNS:\(Self.name)",
    ])
    _ = try request.output.readToEnd()
    let server = try Self.run(
      ["s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"] + options)
    process = server.process
    port = try Self.readPort(server.output)
  }

  /// Ends the server; not by SIGTERM, which a child of a dispatch thread inherits as blocked.
  func stop() throws {
    kill(process.processIdentifier, SIGKILL)
    try FileManager.default.removeItem(at: directory)
  }

  private static func run(_ arguments: [String]) throws -> (process: Process, output: FileHandle) {
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    return (process, output.fileHandleForReading)
  }

  /// Reads until the server says where it listens: `ACCEPT 127.0.0.1:12345`.
  private static func readPort(_ output: FileHandle) throws -> UInt16 {
    var text = ""
    while true {
      let more = output.availableData
      guard !more.isEmpty else { throw DidNotStart() }
      text += String(decoding: more, as: UTF8.self)
      guard let line = text.firstRange(of: "ACCEPT 127.0.0.1:") else { continue }
      let rest = text[line.upperBound...]
      guard let end = rest.firstIndex(where: \.isNewline), let port = UInt16(rest[..<end]) else { continue }
      return port
    }
  }

  /// Runs what blocks away from Swift's pool, which has no thread to spare.
  private static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
    }
  }
}
