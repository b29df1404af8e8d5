import Foundation

/// A Mermaid state diagram that has a title.
struct StateDiagram {
  let title: String
  /// `running --> paused: pause`
  let edges: [String]

  /// A diagram by its text, between its fences; nil where it has no title.
  init?(_ text: some StringProtocol) {
    let lines = text.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
    guard lines.count > 4, lines[0] == "---", lines[2] == "---", lines[3] == "stateDiagram-v2",
      let title = lines[1].wholeMatch(of: /title: (.+)/)?.1
    else { return nil }
    self.title = String(title)
    edges = Array(lines[4...])
  }

  /// Every state diagram of a document; nil for one that has no title.
  static func all(in document: String) -> [StateDiagram?] {
    document.components(separatedBy: "```mermaid\n").dropFirst()
      .map { $0.components(separatedBy: "```")[0] }
      .filter { $0.contains("stateDiagram") }
      .map { StateDiagram($0) }
  }
}
