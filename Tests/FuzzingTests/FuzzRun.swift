import Foundation

/// Mutates a target's inputs and feeds them to it, until something that must hold doesn't.
///
/// It is guided as far as behaviour tells: what makes the parser answer in a new way joins the pool. The same seed makes
/// the same run, however long.
struct FuzzRun {
  /// A violation and how to see it again.
  struct Finding: Error, CustomStringConvertible {
    let target: String
    let seed: UInt64
    let execution: Int
    let input: [UInt8]
    let violation: any Error

    var description: String {
      "\(target), seed \(seed), execution \(execution): \(violation); input in base64: "
        + Data(input).base64EncodedString()
    }
  }

  let target: FuzzTarget
  let seed: UInt64
  /// Where each input is kept while it is tried, as a trap ends the process; nil where nobody would look.
  var witness: URL?
  private(set) var executions = 0
  private(set) var behaviours: Set<String> = []
  private var pool: [[UInt8]] = []
  private var mutator: Mutator

  init(_ target: FuzzTarget, seed: UInt64) {
    self.target = target
    self.seed = seed
    mutator = Mutator(seed: seed, dictionary: target.dictionary)
  }

  /// Feeds the corpus.
  mutating func replay() async throws {
    for input in try await Corpus.inputs(of: target) + target.seeds() {
      try await feed(input)
      pool.append(input)
    }
  }

  /// Feeds mutants while the condition holds, which is told how many there were.
  mutating func mutate(while goesOn: (Int) -> Bool) async throws {
    while goesOn(executions) {
      let input = mutator.mutant(of: pool)
      if try await feed(input), pool.count < 4096 { pool.append(input) }
    }
  }

  /// - Returns: whether the parser behaved in a new way.
  @discardableResult
  private mutating func feed(_ input: [UInt8]) async throws -> Bool {
    executions += 1
    if let witness { try Data(input).write(to: witness) }
    do {
      let behaviour = try await target.feed(input)
      // Where in a text something stood is no behaviour.
      return behaviours.insert(behaviour.replacing(/[0-9]+/, with: "#")).inserted
    } catch {
      throw Finding(target: target.name, seed: seed, execution: executions, input: input, violation: error)
    }
  }
}
