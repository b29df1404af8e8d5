/// Where an identity of the platform's own was looked for, and not found.
struct TriedSource: Sendable, Equatable {
  /// The kind of source in a few words, for everybody: `the environment`.
  let kind: String
  /// The very source, for the operator: which variable, file or address.
  let name: String
  /// Why it gave nothing, in a few words; holds no secret.
  let why: String
}

extension KMSFailure {
  /// The platform is nobody in a cloud. Tenants learn which kinds of sources were tried, the operator which and why not.
  /// - Parameters:
  ///   - what: what is missing: `no AWS credentials of its own`.
  ///   - tried: the sources, in order.
  ///   - advice: what can be done instead, as a sentence's end. Default: nothing.
  static func noIdentity(_ what: String, tried: [TriedSource], or advice: String = "") -> KMSFailure {
    KMSFailure(
      reason: .noCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL,
      hint: "The platform has \(what). Tried, in order: " + tried.map(\.kind).joined(separator: "; ")
        + ". The operator of the service has to provide one of them\(advice).",
      operatorDetail: "Tried, in order: " + tried.map { "\($0.name) (\($0.why))" }.joined(separator: "; ") + ".")
  }
}
