/// Why an onboarding body is refused before anybody is asked about the key.
public enum CandidateRejection: Error, Sendable, Hashable {
  /// It holds long-lived credentials, at this path: `config.aws_secret_access_key`. The value is not repeated.
  case staticCredentials(path: String)

  /// Its shape is wrong: what is wrong with it by path, all at once.
  case invalid(fields: [String: [String]])
}

extension CandidateRejection: CustomStringConvertible {
  /// The paths, never a value.
  public var description: String {
    switch self {
    case .staticCredentials(let path): "static credentials at \(path)"
    case .invalid(let fields): "invalid: " + fields.keys.sorted().joined(separator: ", ")
    }
  }
}
