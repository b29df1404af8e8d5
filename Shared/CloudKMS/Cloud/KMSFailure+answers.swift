internal import HTTPClient

extension KMSFailure {
  /// What an error that a cloud answered means: the first row that matches holds. A code that is in no row is taken as
  /// passing: it must not seal a tenant.
  init<Service>(_ error: ErrorAnswer<Service>, by rows: [FailureRow<Service>], stage: VerificationStage) {
    guard let row = rows.first(where: { $0.matches(error) }) else {
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
  init<Service: CloudService>(_ error: HTTPClientError, from service: Service, stage: VerificationStage) {
    self = .unreachable(
      "\(service.name) could not be asked (\(error)); it is tried again. \(Service.cloud)'s health dashboard shows the "
        + "region's status.", stage: stage)
  }

  /// An answer that is none, whatever its status.
  static func garbage<Service: CloudService>(
    _ what: String, from service: Service, status: Int, stage: VerificationStage
  ) -> KMSFailure {
    .unreachable(
      "\(service.name) answered with status \(status), but \(what). Is there a proxy in between, or is the endpoint not "
        + "\(Service.cloud)'s?", stage: stage)
  }

  /// A code that came from outside, if it looks like one; it ends up in logs and in the customer's hands.
  static func presentable(_ code: String) -> String? {
    (1...64).contains(code.utf8.count) && code.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
      ? code : nil
  }
}
