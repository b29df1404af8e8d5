import Testing

@testable import Postgres

struct PreparedStatementsTests {
  private let statement: PostgresStatement = "SELECT $1, $2"

  @Test func nullFitsAndLearnsTypes() throws {
    var prepared = PreparedStatements()
    #expect(prepared.variant(of: statement, for: [.int4(1), .null]) == nil)
    let first = prepared.add(statement, for: [.int4(1), .null])
    #expect(first.types == [.int4, .unspecified])
    #expect(prepared.variant(of: statement, for: [.null, .null]) === first)
    #expect(prepared.variant(of: statement, for: [.null, .text("x")]) == nil)
    let second = prepared.add(statement, for: [.null, .text("x")])
    #expect(second.types == [.int4, .text] && second.name != first.name)
    #expect(prepared.variant(of: statement, for: [.int4(2), .text("y")]) === second)
    #expect(prepared.variant(of: statement, for: [.int4(2)]) == nil)
    #expect(prepared.count == 2)
  }

  @Test func refusedVariantsAreForgotten() {
    var prepared = PreparedStatements()
    let variant = prepared.add(statement, for: [1, 2])
    prepared.remove(variant, of: statement)
    prepared.remove(variant, of: statement)
    #expect(prepared.count == 0 && prepared.variant(of: statement, for: [1, 2]) == nil && !prepared.hasLeftovers)
  }

  @Test func namesAreNeverUsedTwice() {
    var prepared = PreparedStatements()
    let first = prepared.add(statement, for: [1, 2]).name
    prepared.removeAll()
    #expect(prepared.hasLeftovers && prepared.count == 0)
    #expect(prepared.add(statement, for: [1, 2]).name != first)
  }
}
