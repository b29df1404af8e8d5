import Foundation
import Glibc
import Locking

/// A TCP server on 127.0.0.1 that plays a scripted part on every connection.
///
/// Its blocking calls run on threads of its own, so that the client under test is alone on Swift's pool.
final class LoopbackServer: Sendable {
  /// What to do with a connection once a whole request has been read from it.
  enum Reply: Sendable {
    /// Writes these bytes and reads the next request.
    case bytes(String)
    /// Writes these bytes and closes.
    case last(String)
    /// Writes these bytes, then nothing more until the peer leaves.
    case hang(String)
    /// Closes with a reset instead of an orderly end.
    case reset
  }

  private struct State {
    /// Open as long as it stands here: whoever closes it takes it out first, and others touch it under the lock alone.
    var listener: Int32?
    var connections = 0
    var requests: [String] = []
    var departures = 0
    var waiters: [(departures: Int, requests: Int, CheckedContinuation<Void, Never>)] = []
  }

  let port: UInt16
  private let state: Guarded<State>
  private let greeting: String
  private let reply: @Sendable (String) -> Reply

  init(greeting: String = "", reply: @escaping @Sendable (String) -> Reply) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard bound else { throw SystemError(code: errno) }
    state = Guarded(State(listener: listener))
    self.greeting = greeting
    self.reply = reply
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { self.accept(on: listener) }
  }

  var url: String { "http://127.0.0.1:\(port)" }
  var connections: Int { state.withLock { $0.connections } }
  var requests: [String] { state.withLock { $0.requests } }

  /// Waits until so many requests have been read.
  func waitForRequests(_ count: Int) async { await wait(departures: 0, requests: count) }

  /// Waits until so many peers have closed their connection.
  func waitForDepartures(_ count: Int) async { await wait(departures: count, requests: 0) }

  /// Takes no further connection. The listener is closed by the thread that accepts on it: closed here, its number could
  /// be another server's by the time that thread asks for a connection once more.
  func stop() {
    state.withLock { state in
      if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
    }
  }

  private func wait(departures: Int, requests: Int) async {
    await withCheckedContinuation { continuation in
      note { $0.waiters.append((departures, requests, continuation)) }
    }
  }

  private func note(_ change: (inout State) -> Void) {
    let ready = state.withLock { state in
      change(&state)
      func isReady(_ waiter: (departures: Int, requests: Int, CheckedContinuation<Void, Never>)) -> Bool {
        state.departures >= waiter.departures && state.requests.count >= waiter.requests
      }
      let ready = state.waiters.filter(isReady)
      state.waiters.removeAll(where: isReady)
      return ready
    }
    for waiter in ready { waiter.2.resume() }
  }

  private func accept(on listener: Int32) {
    defer {
      state.withLock { $0.listener = nil }
      close(listener)
    }
    while true {
      let peer = Glibc.accept(listener, nil, nil)
      guard peer >= 0 else { return }
      note { $0.connections += 1 }
      Thread.detachNewThread { self.serve(peer) }
    }
  }

  private func serve(_ peer: Int32) {
    defer { close(peer) }
    write(greeting, to: peer)
    while let request = readRequest(peer) {
      note { $0.requests.append(request) }
      switch reply(request) {
      case .bytes(let text): write(text, to: peer)
      case .last(let text):
        write(text, to: peer)
        return
      case .hang(let text):
        write(text, to: peer)
        while readSome(peer) != nil {}
        note { $0.departures += 1 }
        return
      case .reset:
        var linger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        return
      }
    }
    note { $0.departures += 1 }
  }

  /// Reads one request: its header, and a body as long as `Content-Length` says.
  private func readRequest(_ peer: Int32) -> String? {
    var text = ""
    while true {
      if let end = text.firstRange(of: "\r\n\r\n") {
        let header = text[..<end.lowerBound].lowercased()
        let length =
          header.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
          .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
        if text[end.upperBound...].utf8.count >= length { return text }
      }
      guard let more = readSome(peer) else { return nil }
      text += more
    }
  }

  private func readSome(_ peer: Int32) -> String? {
    var buffer = [UInt8](repeating: 0, count: 65536)
    let count = recv(peer, &buffer, buffer.count, 0)
    return count > 0 ? String(decoding: buffer[..<count], as: UTF8.self) : nil
  }

  private func write(_ text: String, to peer: Int32) {
    let bytes = Array(text.utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes {
        send(peer, $0.baseAddress.map { $0 + sent }, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      sent += count
    }
  }
}

struct SystemError: Error {
  let code: Int32
}
