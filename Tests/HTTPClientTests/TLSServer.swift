import Foundation
import Glibc

/// An HTTPS server on 127.0.0.1, played by the `openssl` command, with a certificate that nobody has signed but itself.
struct TLSServer: Sendable {
  /// The name that the certificate is for; the address is not.
  static let name = "kms.example"
  static let executable = "/usr/bin/openssl"
  static var isAvailable: Bool { access(executable, X_OK) == 0 }

  let port: UInt16
  /// The certificate, which is its own authority.
  let certificate: String
  private let process: Command
  private let directory: URL

  struct DidNotStart: Error {}

  /// Starts a server that speaks the protocol versions that `options` leave.
  static func start(options: [String] = []) async throws -> TLSServer {
    // What blocks runs away from Swift's pool, which has no thread to spare.
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try TLSServer(options: options) }) }
    }
  }

  private init(options: [String]) throws {
    directory = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let key = directory.appending(path: "key.pem").path
    certificate = directory.appending(path: "certificate.pem").path
    let request = try Command([
      Self.executable, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
      "-out", certificate, "-days", "2", "-subj", "/CN=\(Self.name)", "-addext", "subjectAltName=DNS:\(Self.name)",
    ])
    request.wait()
    process = try Command(
      [Self.executable, "s_server", "-accept", "127.0.0.1:0", "-key", key, "-cert", certificate, "-www"] + options)
    port = try Self.readPort(process)
  }

  func stop() throws {
    process.end()
    try FileManager.default.removeItem(at: directory)
  }

  /// Reads until the server says where it listens: `ACCEPT 127.0.0.1:12345`.
  private static func readPort(_ process: Command) throws -> UInt16 {
    var text = ""
    while let more = process.read() {
      text += more
      guard let line = text.firstRange(of: "ACCEPT 127.0.0.1:") else { continue }
      let rest = text[line.upperBound...]
      guard let end = rest.firstIndex(where: \.isNewline), let port = UInt16(rest[..<end]) else { continue }
      return port
    }
    throw DidNotStart()
  }
}

/// A child process whose output is read; Foundation's `Process` wants a run loop to be waited for, and leaks beside one.
private struct Command: Sendable {
  private let id: pid_t
  private let output: Int32

  init(_ arguments: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw SystemError(code: errno) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO)
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    let vector = arguments.map { strdup($0) } + [nil]
    defer { vector.forEach { free($0) } }
    var id: pid_t = 0
    let code = posix_spawn(&id, arguments[0], &actions, nil, vector, environ)
    close(ends[1])
    guard code == 0 else {
      close(ends[0])
      throw SystemError(code: code)
    }
    (self.id, output) = (id, ends[0])
  }

  /// Waits for more output; nil once there will be none.
  func read() -> String? {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(output, &buffer, buffer.count)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  /// Waits for the process to end by itself.
  func wait() {
    waitpid(id, nil, 0)
    close(output)
  }

  /// Kills the process: a gentler signal it may have inherited as blocked.
  func end() {
    kill(id, SIGKILL)
    wait()
  }
}
