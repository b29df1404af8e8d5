internal import SigV4

extension KMSFailure {
  /// What it means that our credentials can't sign: their form is not AWS's.
  init(_ error: SigV4Error, stage: VerificationStage) {
    self.init(
      reason: .platformCredentials, stage: stage, isPermanent: true, seal: .untilTTL,
      hint: "The request to AWS can't be signed (\(error)). This is the operator's to mend, not the customer's.")
  }
}
