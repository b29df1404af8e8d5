/// Why a program gave no output.
public enum ProgramError: Error, Sendable, Hashable {
  /// It can't be run: there is no such program, or it may not be run (`errno`).
  case notStarted(CInt)
  /// It took too long.
  case timeout
  /// It wrote too much.
  case tooMuchOutput
  /// Its output can't be read, or its end can't be waited for (`errno`).
  case lost(CInt)
  /// It ended with this code, which is not 0.
  case failed(CInt)
  /// A signal ended it.
  case killed(CInt)
}

extension ProgramError: CustomStringConvertible {
  /// What became of it, as the end of a sentence that begins with the program.
  public var description: String {
    switch self {
    case .notStarted(let code): "can't be run (errno \(code))"
    case .timeout: "took too long and was killed"
    case .tooMuchOutput: "printed too much and was killed"
    case .lost(let code): "can't be waited for (errno \(code))"
    case .failed(let code): "ended with code \(code)"
    case .killed(let signal): "was ended by signal \(signal)"
    }
  }
}
