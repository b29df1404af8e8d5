import Dispatch
import Foundation
import Glibc

/// A TCP connection to this machine on which a test says what no client would.
final class RawConnection: Sendable {
  struct Failed: Error {
    let call: String
    let code: Int32
  }

  private let descriptor: Int32
  private let queue = DispatchQueue(label: "raw connection")

  /// Connects; no read waits for more than 20 seconds.
  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var patience = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let status = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard status == 0 else { throw Failed(call: "connect", code: errno) }
  }

  deinit { close(descriptor) }

  /// Sends a text; the server may have closed its end meanwhile, which what it answered tells.
  func send(_ text: String) async {
    await perform {
      var rest = Array(text.utf8)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes {
          Glibc.send(self.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { return }
        rest = rest.dropFirst(count)
      }
    }
  }

  /// Says one byte after another, the last again and again, until the server closes the connection.
  /// - Throws: ``Failed`` where it hasn't within 20 seconds.
  func trickle(_ text: String, andThen last: UInt8) async throws {
    try await perform {
      var rest = Array(text.utf8)[...]
      let deadline = ContinuousClock.now + .seconds(20)
      while ContinuousClock.now < deadline {
        var byte = rest.popFirst() ?? last
        guard Glibc.send(self.descriptor, &byte, 1, Int32(MSG_NOSIGNAL)) == 1 else { return }
        var state = pollfd(fd: self.descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&state, 1, 50) == 1 else { continue }
        if recv(self.descriptor, &byte, 1, 0) <= 0 { return }
      }
      throw Failed(call: "trickle", code: ETIMEDOUT)
    }
  }

  /// What comes until a text has come, or the end.
  func receive(until end: String? = nil) async throws -> String {
    try await perform {
      var text = ""
      var buffer = [UInt8](repeating: 0, count: 16 << 10)
      while end.map({ !text.contains($0) }) ?? true {
        let count = recv(self.descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw Failed(call: "recv", code: errno) }
        if count == 0 { return text }
        text += String(decoding: buffer[..<count], as: UTF8.self)
      }
      return text
    }
  }

  /// It blocks, so not on Swift's pool.
  private func perform<Value: Sendable, Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let result: Result<Value, Failure> = await withCheckedContinuation { continuation in
      queue.async {
        do throws(Failure) { continuation.resume(returning: .success(try body())) } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
    return try result.get()
  }
}
