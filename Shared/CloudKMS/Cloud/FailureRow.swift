/// One row of the table that says what a cloud's error codes mean for a tenant.
struct FailureRow<Service: CloudService>: Sendable {
  /// The services that send these codes in this meaning.
  let services: [Service]
  /// The codes, as the cloud spells them.
  let codes: [String]
  /// A word that the message must hold, lower case, where the code alone says too little.
  var marker: String?
  let reason: KMSFailure.Reason
  let isPermanent: Bool
  let seal: KMSFailure.Seal
  let hint: String

  func matches(_ error: ErrorAnswer<Service>) -> Bool {
    guard services.contains(error.service), codes.contains(error.code) else { return false }
    guard let marker else { return true }
    return error.message.lowercased().contains(marker)
  }
}

/// An error as a cloud answered it. The message decides between rows and goes no further.
struct ErrorAnswer<Service: CloudService>: Sendable {
  let service: Service
  let code: String
  let message: String
}
