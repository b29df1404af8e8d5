import Glibc
import Testing

@testable import AMQP

@Suite("Wake-up and interruption")
struct WakeupTests {
  /// Two connected sockets, closed afterwards.
  private func withSockets(_ body: (CInt, CInt) throws -> Void) throws {
    var sockets: [CInt] = [-1, -1]
    try #require(socketpair(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0, &sockets) == 0)
    defer { for socket in sockets { close(socket) } }
    try body(sockets[0], sockets[1])
  }

  @Test("A wake-up raised before the wait, however often, ends exactly one wait")
  func raised() throws {
    try withSockets { socket, _ in
      let wakeup = Wakeup()
      #expect(wakeup.isUsable)
      wakeup.raise()
      wakeup.raise()
      wakeup.wait(forInputOn: socket, atMost: .seconds(3600))
      let start = ContinuousClock.now
      wakeup.wait(forInputOn: socket, atMost: .milliseconds(20))
      #expect(ContinuousClock.now - start >= .milliseconds(20))
    }
  }

  @Test("Input ends a wait; so does a wake-up from another task")
  func input() async throws {
    try withSockets { socket, peer in
      #expect(write(peer, "x", 1) == 1)
      Wakeup().wait(forInputOn: socket, atMost: .seconds(3600))
    }
    let wakeup = Wakeup()
    async let raised: Void = wakeup.raise()
    try withSockets { socket, _ in wakeup.wait(forInputOn: socket, atMost: .seconds(3600)) }
    await raised
  }

  @Test("An interruption shuts an armed socket down, and touches none before or after")
  func interruption() throws {
    try withSockets { socket, peer in
      let interruption = Interruption()
      interruption.fire()
      interruption.arm(socket)
      interruption.disarm()
      interruption.fire()
      #expect(write(peer, "x", 1) == 1)
      var byte: UInt8 = 0
      #expect(read(socket, &byte, 1) == 1)
      interruption.arm(socket)
      interruption.fire()
      #expect(read(socket, &byte, 1) == 0)
    }
  }
}
