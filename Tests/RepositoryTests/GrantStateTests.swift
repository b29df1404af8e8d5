import Testing

@testable import Repository

@Suite struct GrantStateTests {
  @Test func `every state has an answer to every sign`() {
    let table: [GrantState: [GrantState.Sign: GrantState]] = [
      .active: [.answered: .active, .faltered: .degraded, .lapsed: .degraded, .denied: .sealed],
      .degraded: [.answered: .active, .faltered: .degraded, .lapsed: .sealed, .denied: .sealed],
      .sealed: [.answered: .active, .faltered: .sealed, .lapsed: .sealed, .denied: .sealed],
    ]
    for state in GrantState.allCases {
      for sign in GrantState.Sign.allCases { #expect(state.after(sign) == table[state]?[sign]) }
    }
  }

  @Test func `no change is listed twice, and none that changes nothing`() {
    #expect(Set(GrantState.transitions).count == GrantState.transitions.count)
    #expect(GrantState.transitions.allSatisfy { $0.from != $0.to })
  }

  @Test func `a failure that may pass is a lapse once the last answer is too old, and a denial at any time`() {
    #expect(GrantFinding.faltered("f").sign(hasLapsed: false) == .faltered)
    #expect(GrantFinding.faltered("f").sign(hasLapsed: true) == .lapsed)
    for hasLapsed in [false, true] {
      #expect(GrantFinding.denied("d").sign(hasLapsed: hasLapsed) == .denied)
      #expect(GrantFinding.answered.sign(hasLapsed: hasLapsed) == .answered)
    }
  }

  @Test func `what is remembered says that silence, not a denial, sealed`() {
    #expect(GrantFinding.answered.complaint(hasLapsed: true) == nil)
    #expect(GrantFinding.denied("d: do this.").complaint(hasLapsed: true) == "d: do this.")
    #expect(GrantFinding.faltered("f: wait.").complaint(hasLapsed: false) == "f: wait.")
    #expect(
      GrantFinding.faltered("f: wait.").complaint(hasLapsed: true) == "unreachable for too long, at last: f: wait.")
  }
}
