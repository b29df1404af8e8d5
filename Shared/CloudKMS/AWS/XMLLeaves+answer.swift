internal import HTTPClient

extension XMLLeaves {
  /// Takes an answer of STS apart.
  /// - Throws: the failure that its error code means, or `.unreachable` for what is no answer of STS.
  init(answer response: HTTPResponse, stage: VerificationStage) throws(KMSFailure) {
    guard let leaves = XMLLeaves(response.body) else {
      throw .garbage("not with the XML expected", from: AWSService.sts, status: response.status, stage: stage)
    }
    guard response.status == 200 else {
      guard let code = leaves.text("ErrorResponse/Error/Code") else {
        throw .garbage("without an error code", from: AWSService.sts, status: response.status, stage: stage)
      }
      let message = leaves.text("ErrorResponse/Error/Message") ?? ""
      throw KMSFailure(
        ErrorAnswer(service: AWSService.sts, code: code, message: message), by: AWSFailureTable.rows, stage: stage)
    }
    self = leaves
  }
}
