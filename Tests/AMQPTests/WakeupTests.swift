import Dispatch
import Glibc
import Synchronization
import Testing

@testable import AMQP

/// Runs what blocks on a thread of its own: on the pool's it could keep those from running that it waits for.
private func blocking(_ body: @escaping @Sendable () -> Void) async {
  await withCheckedContinuation { continuation in
    DispatchQueue(label: "test.blocking").async {
      body()
      continuation.resume()
    }
  }
}

/// Atomics can't be captured by a task, the object that has one can.
private final class Counter: Sendable {
  let value = Atomic(0)
}

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
    async let waited: Void = blocking { wakeup.wait(forInputOn: -1, atMost: .seconds(3600)) }
    wakeup.raise()
    await waited
  }

  @Test("No wake-up is lost, however raises and waits interleave", .timeLimit(.minutes(1)))
  func hammered() async throws {
    let wakeup = Wakeup()
    let raises = Counter()
    let total = 20_000
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<4 {
        group.addTask {
          for _ in 0..<(total / 4) {
            raises.value.add(1, ordering: .sequentiallyConsistent)
            wakeup.raise()
          }
        }
      }
      // Each wait is for one more raise at least; a lost one would leave the last wait without an end.
      await blocking {
        while raises.value.load(ordering: .sequentiallyConsistent) < total {
          wakeup.wait(forInputOn: -1, atMost: .seconds(3600))
        }
      }
    }
    #expect(raises.value.load(ordering: .sequentiallyConsistent) == total)
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
