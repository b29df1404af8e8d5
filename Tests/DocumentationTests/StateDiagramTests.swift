import Foundation
import Repository
import Testing

@Suite struct StateDiagramTests {
  /// The lines of the one state diagram in the README.
  private func diagram() throws -> [String] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let after = try #require(readme.components(separatedBy: "```mermaid\nstateDiagram-v2\n").dropFirst().first)
    let body = try #require(after.components(separatedBy: "```").first)
    return body.split(separator: "\n").map { $0.trimmingCharacters(in: .whitespaces) }
  }

  @Test func `the README draws the state machine that the code has`() throws {
    let drawn = try diagram()
    #expect(Set(drawn.filter { !$0.contains("[*]") }) == Set(RewrapTransition.diagram))
    #expect(drawn.contains("[*] --> running"))
    #expect(Set(drawn).count == drawn.count)
  }
}
