import Seeded
import Testing

@testable import Postgres

struct PoolStateTests {
  private typealias State = PoolState<String, Int>
  private let now = ContinuousClock.now

  private func describe(_ grant: PoolGrant<String>?) -> String {
    switch grant {
    case nil: "none"
    case .permit: "permit"
    case .connection(let name, _): name
    }
  }

  private func describe(_ outcome: State.Return) -> String {
    switch outcome {
    case .handOver(let waiter): "to \(waiter)"
    case .keep: "keep"
    case .close: "close"
    }
  }

  @Test func permitsAreLimitedAndIdleConnectionsUsedLastFirst() {
    var state = State(size: 2)
    #expect([state.take(), state.take(), state.take()].map(describe) == ["permit", "permit", "none"])
    #expect(describe(state.giveBack("a", at: now)) == "keep")
    #expect(describe(state.giveBack("b", at: now)) == "keep")
    #expect([state.take(), state.take(), state.take()].map(describe) == ["b", "a", "none"])
  }

  @Test func waitersAreServedInOrder() {
    var state = State(size: 1)
    _ = state.take()
    for id in 1...4 { state.enqueue(id * 10, id: id) }
    #expect(state.remove(2) == 20 && state.remove(2) == nil)
    #expect(describe(state.giveBack("a", at: now)) == "to 10")
    #expect(state.giveUp() == 30)
    #expect(describe(state.giveBack("b", at: now)) == "to 40")
    #expect(describe(state.giveBack("b", at: now)) == "keep")
    #expect(state.count == 1)
  }

  @Test func aBrokenConnectionLeavesRoom() {
    var state = State(size: 1)
    _ = state.take()
    #expect(state.giveUp() == nil && state.count == 0)
    #expect(describe(state.take()) == "permit")
  }

  @Test func closingRefusesEveryoneAndDrains() {
    var state = State(size: 3)
    for _ in 1...3 { _ = state.take() }
    _ = state.giveBack("idle", at: now)
    #expect(describe(state.take()) == "idle")
    _ = state.giveBack("idle", at: now)
    let closed = state.close()
    #expect(closed.connections == ["idle"] && closed.waiters.isEmpty)
    #expect(describe(state.take()) == "none" && !state.isDrained)
    #expect(describe(state.giveBack("a", at: now)) == "close")
    #expect(!state.isDrained && state.giveUp() == nil)
    #expect(state.isDrained)
  }

  /// Whatever users do, no more connections exist than fit, nobody waits beside an idle one, and all comes back.
  @Test func invariantsHoldUnderRandomUse() {
    var generator = SeededGenerator.printed()
    for _ in 0..<200 {
      var state = State(size: Int.random(in: 1...4, using: &generator))
      var held = 0
      var waiting = 0
      for step in 0..<100 {
        switch Int.random(in: 0..<4, using: &generator) {
        case 0, 1:
          if state.take() != nil {
            held += 1
          } else {
            state.enqueue(step, id: state.nextID())
            waiting += 1
          }
        case 2 where held > 0:
          if case .handOver = state.giveBack("c", at: now) { waiting -= 1 } else { held -= 1 }
        case 3 where held > 0:
          if state.giveUp() != nil { waiting -= 1 } else { held -= 1 }
        default: break
        }
        #expect(state.count == held + state.idle.count && state.count <= state.size)
        #expect(state.waiters.count == waiting && (waiting == 0 || state.idle.isEmpty && held == state.size))
      }
      #expect(state.close().waiters.count == waiting)
      while held > 0 {
        _ = state.giveUp()
        held -= 1
      }
      #expect(state.isDrained)
    }
  }
}
