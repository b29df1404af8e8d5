import Repository
import Testing

@Suite struct KeyVersionTransitionTests {
  @Test func `a version is retired, then revoked, and never comes back`() {
    #expect(
      KeyVersionTransition.all.map { "\($0.from.rawValue) --> \($0.to.rawValue): \($0.name)" } == [
        "active --> retired: retire", "retired --> revoked: revoke",
      ])
  }

  @Test func `every status but the first is led to`() {
    let statuses = Set(KeyVersion.Status.allCases)
    #expect(Set(KeyVersionTransition.all.map(\.to)) == statuses.subtracting([.initial]))
  }
}
