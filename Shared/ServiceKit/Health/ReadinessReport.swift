public import JSON

/// Which of a service's dependencies were there, when somebody looked.
public struct ReadinessReport: Sendable, Equatable {
  struct Finding: Sendable, Equatable {
    let name: String
    /// Why it isn't there; nil where it is.
    let reason: String?
  }

  let findings: [Finding]

  /// Whether the service can do its work.
  public var isReady: Bool { findings.allSatisfy { $0.reason == nil } }

  /// `{"ready":…,"dependencies":{"database":{"ok":…,"reason":…}}}`, the reason only where there is one.
  public var json: JSONValue {
    let dependencies = findings.map { finding -> (String, JSONValue) in
      var members: [String: JSONValue] = ["ok": .bool(finding.reason == nil)]
      members["reason"] = finding.reason.map { .string($0) }
      return (finding.name, .object(members))
    }
    return ["ready": .bool(isReady), "dependencies": .object(Dictionary(dependencies) { $1 })]
  }
}
