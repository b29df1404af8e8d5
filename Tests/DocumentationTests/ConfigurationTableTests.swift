import Foundation
import ServiceKit
import Testing

@testable import onboarding_api
@testable import rewrap_worker
@testable import verifier

/// The README's table of configuration says what the code reads.
@Suite struct ConfigurationTableTests {
  struct Row: Equatable, Comparable, CustomStringConvertible {
    let name: String
    let services: String
    let defaultValue: String

    var description: String { "\(name) | \(services) | \(defaultValue)" }
    static func < (left: Row, right: Row) -> Bool { left.name < right.name }
  }

  @Test func `the table has exactly the settings of the code, with their services and defaults`() throws {
    #expect(try Self.documented().sorted() == Self.read().sorted())
  }

  private static func documented() throws -> [Row] {
    try Readme.text().split(separator: "\n").compactMap { line in
      let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      guard cells.count == 4, cells[0].wholeMatch(of: /`[A-Z0-9_]+`/) != nil else { return nil }
      let plain = cells.map { $0.replacing("`", with: "") }
      return Row(name: plain[0], services: plain[1], defaultValue: plain[2])
    }
  }

  private static func read() -> [Row] {
    let services = [
      ("api", APIConfiguration.settings), ("verifier", VerifierConfiguration.settings),
      ("worker", WorkerConfiguration.settings),
    ]
    let all = services.flatMap { service in service.1.map { (service.0, $0) } }
    return Dictionary(grouping: all) { $0.1.name }.values.map { uses in
      Row(
        name: uses[0].1.name, services: uses.map(\.0).joined(separator: ", "),
        defaultValue: uses[0].1.defaultValue ?? "–")
    }
  }
}
