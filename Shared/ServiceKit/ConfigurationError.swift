/// Everything that is wrong with a service's configuration.
public struct ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The exit code of a service that can't start for it: `EX_CONFIG` of sysexits(3).
  public static let exitCode: Int32 = 78

  /// One sentence each, beginning with the variable's name; never a secret.
  public let problems: [String]

  /// Names the problems.
  public init(problems: [String]) { self.problems = problems }

  /// One line for each problem.
  public var description: String {
    (["configuration: \(problems.count) problem\(problems.count == 1 ? "" : "s")"] + problems.map { "  " + $0 })
      .joined(separator: "\n")
  }
}
