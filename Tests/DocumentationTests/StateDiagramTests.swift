import Repository
import Testing

/// The README's state diagrams draw the state machines that the code moves by.
@Suite struct StateDiagramTests {
  static let machines = [
    StateMachine(
      "A rewrap job", from: RewrapJob.Status.initial,
      RewrapTransition.all.flatMap { transition in transition.from.map { ($0, transition.to, transition.name) } }),
    StateMachine(
      "A tenant's grant", from: GrantState.initial,
      GrantState.transitions.map { ($0.from, $0.to, $0.sign.rawValue) }),
    StateMachine(
      "A key version", from: KeyVersion.Status.initial,
      KeyVersionTransition.all.map { ($0.from, $0.to, $0.name) }),
  ]

  private let diagrams: [StateDiagram?]

  init() throws { diagrams = StateDiagram.all(in: try Readme.text()) }

  @Test func `the README draws each state machine once, and no other`() {
    #expect(diagrams.map { $0?.title ?? "untitled" }.sorted() == Self.machines.map(\.title).sorted())
  }

  @Test(arguments: machines) func `a diagram has the transitions of the code's table, and no other`(
    machine: StateMachine
  ) throws {
    let diagram = try #require(diagrams.compactMap(\.self).first { $0.title == machine.title })
    #expect(machine.faults(in: diagram) == [])
  }

  @Test(arguments: machines) func `a transition that is missing in either is found`(machine: StateMachine) throws {
    func faults(_ edges: [String]) throws -> [String] {
      let text = ["---", "title: \(machine.title)", "---", "stateDiagram-v2"] + edges
      return machine.faults(in: try #require(StateDiagram(text.joined(separator: "\n"))))
    }
    #expect(try faults(machine.edges) == [])
    for edge in machine.edges {
      #expect(try faults(machine.edges.filter { $0 != edge }) == ["in the code, not drawn: \(edge)"])
      #expect(try faults(machine.edges + [edge]) == ["drawn twice"])
    }
    #expect(try faults(machine.edges + ["lost --> found: luck"]) == ["drawn, not in the code: lost --> found: luck"])
  }
}
