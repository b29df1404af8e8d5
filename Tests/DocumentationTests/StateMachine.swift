import Testing

/// A table of transitions of the code, as a diagram should draw it.
struct StateMachine: Sendable, CustomTestStringConvertible {
  let title: String
  /// As ``StateDiagram/edges``; a state that nothing leads out of leads to the end.
  let edges: [String]

  init<State: RawRepresentable<String> & CaseIterable & Equatable>(
    _ title: String, from initial: State, _ transitions: [(from: State, to: State, name: String)]
  ) {
    self.title = title
    edges =
      ["[*] --> \(initial.rawValue)"]
      + transitions.map { "\($0.from.rawValue) --> \($0.to.rawValue): \($0.name)" }
      + State.allCases.filter { state in !transitions.contains { $0.from == state } }.map { "\($0.rawValue) --> [*]" }
  }

  var testDescription: String { title }

  /// What is wrong with a diagram of it.
  func faults(in diagram: StateDiagram) -> [String] {
    let (coded, drawn) = (Set(edges), Set(diagram.edges))
    return coded.subtracting(drawn).sorted().map { "in the code, not drawn: \($0)" }
      + drawn.subtracting(coded).sorted().map { "drawn, not in the code: \($0)" }
      + (drawn.count == diagram.edges.count ? [] : ["drawn twice"])
  }
}
