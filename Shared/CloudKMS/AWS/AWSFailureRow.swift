/// One row of the table that says what AWS's error codes mean for a tenant.
struct AWSFailureRow: Sendable {
  /// The services that send these codes in this meaning.
  let services: [AWSService]
  /// The codes, as AWS spells them.
  let codes: [String]
  /// A word that AWS's message must hold, lower case, where the code alone says too little.
  var marker: String?
  let reason: KMSFailure.Reason
  let isPermanent: Bool
  let seal: KMSFailure.Seal
  let hint: String

  func matches(_ error: AWSErrorAnswer) -> Bool {
    guard services.contains(error.service), codes.contains(error.code) else { return false }
    guard let marker else { return true }
    return error.message.lowercased().contains(marker)
  }
}

/// An error as AWS answered it. The message decides between rows and goes no further.
struct AWSErrorAnswer: Sendable {
  let service: AWSService
  let code: String
  let message: String
}
