import Repository
import Testing

@Suite struct RewrapTransitionTests {
  @Test func `the state machine is this one`() {
    let edges = RewrapTransition.all.flatMap { transition in
      transition.from.map { "\($0.rawValue) --> \(transition.to.rawValue): \(transition.name)" }
    }
    #expect(
      edges == [
        "running --> paused: pause",
        "paused_sealed --> paused: pause",
        "paused --> running: resume",
        "running --> paused_sealed: seal",
        "paused_sealed --> running: unseal",
        "running --> completed: complete",
        "running --> completed_with_failures: complete-with-failures",
        "running --> running: retry-failed",
        "completed_with_failures --> running: retry-failed",
        "running --> superseded: supersede",
        "paused --> superseded: supersede",
        "paused_sealed --> superseded: supersede",
      ])
  }

  @Test func `nothing leads out of what is over for good`() {
    for transition in RewrapTransition.all {
      #expect(!transition.from.contains(.completed) && !transition.from.contains(.superseded))
    }
  }

  @Test func `a newer job takes over from whatever is open, and from nothing else`() {
    #expect(Set(RewrapTransition.supersede.from) == Set(RewrapJob.Status.allCases.filter(\.isOpen)))
  }

  @Test func `every state but the first is led to`() {
    #expect(Set(RewrapTransition.all.map(\.to)) == Set(RewrapJob.Status.allCases))
  }
}
