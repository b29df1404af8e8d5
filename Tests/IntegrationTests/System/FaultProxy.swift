import Foundation
import Glibc
import Synchronization

/// A TCP proxy on 127.0.0.1 between a service and what it depends on: it records what the service sends, and fails as a
/// test wants it to. Its blocking calls run on threads of its own.
final class FaultProxy: Sendable {
  /// What becomes of a connection.
  indirect enum Behaviour: Sendable {
    /// Passes everything on, both ways.
    case forward
    /// Takes everything and never answers.
    case hang
    /// Resets new connections, and those that were open.
    case reset
    /// Answers whatever comes with these bytes, and closes.
    case answer(String)
    /// Passes everything on until this text is sent; what becomes of the connection from then on, text included.
    case until(String, Behaviour)
  }

  /// What stands here is open, and whoever closes it takes it out first: a closed descriptor's number may be anybody's, so
  /// others touch one under the lock alone.
  private struct State {
    var behaviour: Behaviour
    var listener: Int32?
    var open: Set<Int32> = []
    var sent: [UInt8] = []
  }

  let port: Int
  private let upstream: UInt16
  private let state: Mutex<State>

  /// Listens; whatever `behaviour` says can be changed later.
  init(to upstream: Int, _ behaviour: Behaviour = .forward) throws {
    self.upstream = UInt16(upstream)
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    var address = Self.loopback(0)
    let isBound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(listener, address, length) == 0 && listen(listener, 64) == 0
          && getsockname(listener, address, &length) == 0
      }
    }
    guard isBound else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    state = Mutex(State(behaviour: behaviour, listener: listener))
    port = Int(UInt16(bigEndian: address.sin_port))
    Thread.detachNewThread { self.accept(on: listener) }
  }

  /// Everything that was sent through it to the other side, of all connections.
  var sent: String { state.withLock { String(decoding: $0.sent, as: UTF8.self) } }

  /// How often a text was sent.
  func count(of text: String) -> Int { sent.ranges(of: text).count }

  /// Changes what becomes of connections.
  func behave(_ behaviour: Behaviour) {
    state.withLock { state in
      state.behaviour = behaviour
      guard case .reset = behaviour else { return }
      for descriptor in state.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
    }
  }

  /// Stops listening and cuts what is open. The listener is closed by the thread that accepts on it.
  func stop() {
    behave(.reset)
    state.withLock { state in
      if let listener = state.listener { shutdown(listener, Int32(SHUT_RDWR)) }
    }
  }

  private func accept(on listener: Int32) {
    while true {
      let peer = Glibc.accept(listener, nil, nil)
      guard peer >= 0 else { break }
      Thread.detachNewThread { self.serve(peer) }
    }
    state.withLock { $0.listener = nil }
    close(listener)
  }

  private func serve(_ peer: Int32) {
    let behaviour = state.withLock { state in
      state.open.insert(peer)
      return state.behaviour
    }
    defer { end(peer) }
    switch behaviour {
    case .reset: return
    case .hang: while receive(peer) != nil {}
    case .answer(let text):
      guard receive(peer) != nil else { return }
      write(Array(text.utf8), to: peer)
    case .forward: forward(peer)
    case .until(let text, let fault): forward(peer, until: text, fault)
    }
  }

  private func forward(_ peer: Int32, until text: String? = nil, _ fault: Behaviour = .forward) {
    let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = Self.loopback(upstream)
    let isConnected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      close(server)
      return
    }
    state.withLock { _ = $0.open.insert(server) }
    let answers = DispatchSemaphore(value: 0)
    Thread.detachNewThread { [self] in
      while let bytes = receive(server) { write(bytes, to: peer) }
      shutdown(peer, Int32(SHUT_RDWR))
      answers.signal()
    }
    var seen: [UInt8] = []
    while let bytes = receive(peer) {
      state.withLock { $0.sent += bytes }
      if let text {
        seen += bytes
        guard !String(decoding: seen, as: UTF8.self).contains(text) else {
          fail(peer, as: fault)
          break
        }
      }
      write(bytes, to: server)
    }
    shutdown(server, Int32(SHUT_RDWR))
    answers.wait()
    end(server)
  }

  private func fail(_ peer: Int32, as fault: Behaviour) {
    switch fault {
    case .hang: while receive(peer) != nil {}
    case .answer(let text): write(Array(text.utf8), to: peer)
    case .reset:
      // Closed with this option, a socket says RST instead of FIN.
      var linger = Glibc.linger(l_onoff: 1, l_linger: 0)
      setsockopt(peer, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
    case .forward, .until: preconditionFailure("no fault")
    }
  }

  private func end(_ descriptor: Int32) {
    state.withLock { _ = $0.open.remove(descriptor) }
    close(descriptor)
  }

  private func receive(_ descriptor: Int32) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 65_536)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer[..<count]) : nil
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }

  private static func loopback(_ port: UInt16) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return address
  }
}
