import Testing

/// Every parser of what comes from outside, fed what nobody would send in good faith.
@Suite struct FuzzingTests {
  @Test(arguments: FuzzSettings.targets)
  func `what must hold of a parser holds for the corpus and for mutants of it`(target: FuzzTarget) async throws {
    var run = FuzzRun(target, seed: FuzzSettings.seed)
    run.witness = FuzzSettings.witness(of: target)
    let start = ContinuousClock.now
    try await run.replay()
    try #require(run.executions > 0, "a target without anything to begin with")
    if let seconds = FuzzSettings.seconds {
      try await run.mutate { _ in ContinuousClock.now - start < .seconds(seconds) }
    } else {
      try await run.mutate { $0 < FuzzSettings.executions }
    }
    let took = (ContinuousClock.now - start) / .seconds(1)
    print(
      "fuzz: \(target.name): \(run.executions) executions in \(Int(took)) s, \(run.behaviours.count) behaviours, "
        + "seed \(FuzzSettings.seed)")
    #expect(run.behaviours.count > 1, "it never did anything but refuse, or but accept")
  }

  @Test func `each part of the corpus belongs to a target`() throws {
    #expect(!FuzzSettings.targets.isEmpty, "no target has that name")
    #expect(try Corpus.names().isSubset(of: FuzzTarget.all.map(\.name)))
    #expect(Set(FuzzTarget.all.map(\.name)).count == FuzzTarget.all.count)
  }

  @Test func `a promise that is broken is found, with how to see it again`() async throws {
    let broken = FuzzTarget(name: "broken", dictionary: ["needle"], seeds: { [Array("hay".utf8)] }) { bytes in
      try Violation.unless(!bytes.starts(with: "need".utf8), "no needle")
      return "hay"
    }
    var findings: [String] = []
    for _ in 0..<2 {
      var run = FuzzRun(broken, seed: 7)
      do {
        try await run.replay()
        try await run.mutate { $0 < 10_000 }
      } catch let finding as FuzzRun.Finding { findings.append(finding.description) }
    }
    try #require(findings.count == 2)
    #expect(findings[0] == findings[1])
    #expect(findings[0].contains("seed 7") && findings[0].contains("no needle"))
  }
}
