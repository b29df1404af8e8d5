/// What one check of a deployment has found.
struct Finding: Sendable, Equatable {
  enum Verdict: String, Sendable, CaseIterable {
    case ok
    /// It works, but not as it should.
    case warning
    case failed
  }

  /// What was checked, in one word.
  let subject: String
  let verdict: Verdict
  /// What is, in one sentence without a full stop and without a secret.
  let text: String
  /// What to do; nil where there is nothing to do.
  let advice: String?

  static func ok(_ subject: String, _ text: String) -> Finding {
    Finding(subject: subject, verdict: .ok, text: text, advice: nil)
  }

  static func warning(_ subject: String, _ text: String, advice: String) -> Finding {
    Finding(subject: subject, verdict: .warning, text: text, advice: advice)
  }

  static func failed(_ subject: String, _ text: String, advice: String) -> Finding {
    Finding(subject: subject, verdict: .failed, text: text, advice: advice)
  }
}

extension Finding: CustomStringConvertible {
  /// `failed   schema     the database lacks …`, and what to do on a line of its own.
  var description: String {
    let column = { (text: String, width: Int) in
      text + String(repeating: " ", count: max(0, width - text.utf8.count))
    }
    let line = "\(column(verdict.rawValue, 8)) \(column(subject, 9)) \(text)"
    return advice.map { line + "\n" + String(repeating: " ", count: 19) + "→ \($0)" } ?? line
  }
}
