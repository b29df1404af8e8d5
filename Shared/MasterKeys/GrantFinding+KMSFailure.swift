public import CloudKMS
public import Repository

extension GrantFinding {
  /// What a failed unwrap finds: a denial where the failure seals at once, else something that may pass.
  public init(_ failure: KMSFailure) {
    let sentence = "\(failure): \(failure.hint)"
    self = failure.seal == .now ? .denied(sentence) : .faltered(sentence)
  }
}
