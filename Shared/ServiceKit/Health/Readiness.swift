/// What a service needs of others, and whether it has it at the moment.
public struct Readiness: Sendable {
  /// One thing that a service can't do its work without.
  public struct Dependency: Sendable {
    /// A short word: `database`.
    public let name: String
    let check: @Sendable () async throws -> Void

    /// Names a dependency.
    /// - Parameters:
    ///   - name: a short word.
    ///   - check: throws where it isn't there, an error whose description holds no secret.
    public init(_ name: String, check: @escaping @Sendable () async throws -> Void) {
      self.name = name
      self.check = check
    }
  }

  private let dependencies: [Dependency]
  private let patience: Duration

  /// Takes what a service depends on.
  /// - Parameters:
  ///   - dependencies: in the order in which they are shown.
  ///   - patience: how long a check may take before its dependency counts as missing; 2 seconds unless told.
  public init(_ dependencies: [Dependency], patience: Duration = .seconds(2)) {
    self.dependencies = dependencies
    self.patience = patience
  }

  /// Checks everything at once; takes at most as long as one check may.
  public func report() async -> ReadinessReport {
    let reasons = await withTaskGroup(of: (Int, String?).self) { group in
      for (index, dependency) in dependencies.enumerated() {
        group.addTask { (index, await self.missing(dependency)) }
      }
      return await group.reduce(into: [Int: String]()) { $0[$1.0] = $1.1 }
    }
    return ReadinessReport(
      findings: dependencies.enumerated().map { .init(name: $1.name, reason: reasons[$0]) })
  }

  /// Why it is missing, or nil.
  private func missing(_ dependency: Dependency) async -> String? {
    await withTaskGroup(of: String?.self) { group in
      group.addTask {
        do { try await dependency.check() } catch { return "\(error)" }
        return nil
      }
      group.addTask { [patience] in
        try? await Task.sleep(for: patience)
        return "no answer within \(patience)"
      }
      defer { group.cancelAll() }
      return await group.next() ?? nil
    }
  }
}
