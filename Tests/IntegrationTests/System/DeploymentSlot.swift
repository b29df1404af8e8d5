import Synchronization
import Testing

/// A test's place among the few that may run a deployment at once: a deployment is three processes and a dozen
/// connections, the machine has two cores.
///
/// A test takes it before its first case begins, so that its time limit is its own and not the queue's before it. Cases
/// of one test share it: where each has a deployment the test is `.serialized`.
struct DeploymentSlot: SuiteTrait, TestTrait, TestScoping {
  private static let queue = SlotQueue(free: 3)
  @TaskLocal private static var held: Held?

  /// A fault of a test, not of what it tests.
  enum Misuse: Error {
    /// The suite of a test that deploys lacks `.deploymentSlot`.
    case noSlot
    /// A second deployment is asked for while the first one runs.
    case slotInUse
  }

  private final class Held: Sendable {
    let isInUse = Atomic(false)
  }

  /// Each test of a suite has a slot of its own.
  var isRecursive: Bool { true }

  /// The scope is a test's, neither its suite's nor one of its cases'.
  func scopeProvider(for test: Test, testCase: Test.Case?) -> Self? {
    test.isSuite || testCase != nil ? nil : self
  }

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    await Self.queue.take()
    do { try await Self.$held.withValue(Held(), operation: function) } catch {
      await Self.queue.give()
      throw error
    }
    await Self.queue.give()
  }

  /// Runs one deployment in the slot that the test holds.
  /// - Throws: ``Misuse``, or what `body` throws.
  static func use(_ body: () async throws -> Void) async throws {
    guard let held else { throw Misuse.noSlot }
    guard !held.isInUse.exchange(true, ordering: .acquiring) else { throw Misuse.slotInUse }
    defer { held.isInUse.store(false, ordering: .releasing) }
    try await body()
  }
}

extension Trait where Self == DeploymentSlot {
  /// Makes each test wait for its turn to run a ``Deployment``, before its time limit begins.
  static var deploymentSlot: Self { DeploymentSlot() }
}

/// Whoever comes first goes first.
private actor SlotQueue {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  init(free: Int) { self.free = free }

  func take() async {
    if free > 0 { free -= 1 } else { await withCheckedContinuation { waiting.append($0) } }
  }

  func give() {
    if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
  }
}
