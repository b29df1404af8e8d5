/// What the stages of a verification ask about one candidate; when, how often and how it is told is `VerificationRun`'s.
struct Probe: Sendable {
  /// The key, in a few words.
  let key: String
  /// How the platform got in, in a few words.
  let access: String
  /// Answers who the platform is.
  let identity: @Sendable () async throws(KMSFailure) -> String
  /// Gets in, and answers the key for this once.
  let open: @Sendable () async throws(KMSFailure) -> any KeyEncryptionKey
  /// What is tried besides, in order.
  let safeguards: [Safeguard]
}
