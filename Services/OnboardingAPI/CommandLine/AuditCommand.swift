import ArgumentParser
import FoundationEssentials
import JSON
import Logging
import Postgres
import Repository
import ServiceKit

/// `onboarding-api audit`
struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "Exports the critical audit chain, prints its head, verifies it.",
    subcommands: [Export.self, Head.self, Verify.self])

  /// `onboarding-api audit export`
  struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "export", abstract: "Prints the chain, one row of JSON a line, oldest first.")

    func run() async throws {
      try await AuditCommand.withChain { chain in
        var next: Int64 = 1
        while true {
          let page = try await chain.rows(from: next)
          guard let last = page.last else { return }
          for row in page { print(row.json.canonicalText) }
          next = last.sequenceNumber + 1
        }
      }
    }
  }

  /// `onboarding-api audit head`
  struct Head: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "head",
      abstract:
        "Prints what the chain commits to. Kept elsewhere, it shows later that nothing was cut off or rewritten.")

    func run() async throws {
      let verification = try await AuditCommand.withChain { try await $0.verify() }
      try AuditCommand.report(verification)
      print(verification.head)
    }
  }

  /// `onboarding-api audit verify`
  struct Verify: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "verify",
      abstract:
        "Recomputes every hash of the chain, in the database or offline in an export; exit code 1 if one is wrong.")

    @Argument(help: "An export to verify instead of the database; - for standard input.")
    var export: String?

    @Option(
      help: "A head printed earlier, which the chain must go through.",
      transform: {
        guard let head = AuditHead($0) else { throw ValidationError("not a head as `audit head` prints it: \($0)") }
        return head
      })
    var head: AuditHead?

    func run() async throws {
      let verification =
        if let export { try verify(AuditExport(path: export)) } else {
          try await AuditCommand.withChain { try await $0.verify(expecting: head) }
        }
      try AuditCommand.report(verification)
      print("audit: ok rows=\(verification.rows) head=\(verification.head)")
    }

    private func verify(_ export: consuming AuditExport) throws -> AuditVerification {
      var verification = AuditVerification(expecting: head)
      while verification.firstBadSequence == nil, let row = try export.next() { verification.extend(with: [row]) }
      return verification
    }
  }

  private static func report(_ verification: AuditVerification) throws {
    if let bad = verification.firstBadSequence {
      throw AuditBroken(place: "at sequence \(bad): that row is missing, changed or out of place")
    }
    guard verification.isIntact else {
      throw AuditBroken(place: "after sequence \(verification.rows): the chain ends before the given head")
    }
  }

  private static func withChain<Result: Sendable>(
    _ body: @Sendable (AuditChain) async throws -> Result
  ) async throws -> Result {
    var settings = SettingsReader()
    let database = try DatabaseSettings(&settings, service: "onboarding-api audit", statementTimeout: nil)
    let pool = PostgresPool(
      configuration: database.configuration, size: 1,
      logger: Logger(label: "audit", factory: { _ in SwiftLogNoOpLogHandler() }))
    let result: Swift.Result<Result, any Error>
    do { result = .success(try await body(AuditChain(pool: pool))) } catch { result = .failure(error) }
    await pool.shutdown()
    return try result.get()
  }
}

/// The chain doesn't hold.
struct AuditBroken: Error, CustomStringConvertible {
  let place: String

  var description: String { "audit: broken \(place)" }
}
