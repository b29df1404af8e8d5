internal import HTTPClient
internal import SigV4

extension KMSFailure {
  /// What an error that AWS answered means. A code that is in no row is taken as passing: it must not seal a tenant.
  init(_ error: AWSErrorAnswer, stage: VerificationStage) {
    guard let row = AWSFailureTable.rows.first(where: { $0.matches(error) }) else {
      self = .unreachable(
        "\(error.service.name) answered with an error that this version does not know; it is tried again.",
        stage: stage, providerCode: Self.presentable(error.code))
      return
    }
    self.init(
      reason: row.reason, stage: stage, providerCode: error.code, isPermanent: row.isPermanent, seal: row.seal,
      hint: row.hint)
  }

  /// What it means that there was no answer at all.
  init(_ error: HTTPClientError, from service: AWSService, stage: VerificationStage) {
    self = .unreachable(
      "\(service.name) could not be asked (\(error)); it is tried again. AWS's health dashboard shows the region's "
        + "status.", stage: stage)
  }

  /// What it means that our credentials can't sign: their form is not AWS's.
  init(_ error: SigV4Error, stage: VerificationStage) {
    self.init(
      reason: .platformCredentials, stage: stage, isPermanent: true, seal: .untilTTL,
      hint: "The request to AWS can't be signed (\(error)). This is the operator's to mend, not the customer's.")
  }

  /// An answer that is none, whatever its status.
  static func garbage(_ what: String, from service: AWSService, status: Int, stage: VerificationStage) -> KMSFailure {
    .unreachable(
      "\(service.name) answered with status \(status), but \(what). Is there a proxy in between, or is the endpoint not "
        + "AWS's?", stage: stage)
  }

  /// A code that came from outside, if it looks like one; it ends up in logs and in the customer's hands.
  private static func presentable(_ code: String) -> String? {
    (1...64).contains(code.utf8.count) && code.utf8.allSatisfy(\.isAlphanumeric) ? code : nil
  }
}
