@testable import CloudKMS
import Testing

/// The rows of the design's table of AWS errors, one by one, as a customer's key would meet them.
@Suite struct AWSFailureTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let code: String
    var message = "no"
    let reason: String
    let isPermanent: Bool
    let seal: KMSFailure.Seal
    /// A word that the hint must have.
    let hint: String
    var testDescription: String { code }
  }

  static let sts = [
    Row(code: "AccessDenied", reason: "access_denied", isPermanent: true, seal: .now, hint: "sts:ExternalId"),
    Row(code: "ValidationError", reason: "invalid_request", isPermanent: true, seal: .reject, hint: "role_arn"),
    Row(
      code: "RegionDisabledException", reason: "region_disabled", isPermanent: true, seal: .untilTTL, hint: "Activate"),
  ]

  static let both = [
    Row(
      code: "InvalidClientTokenId", reason: "platform_credentials", isPermanent: true, seal: .untilTTL, hint: "operator"
    ),
    Row(
      code: "UnrecognizedClientException", reason: "platform_credentials", isPermanent: true, seal: .untilTTL,
      hint: "opt-in"),
    Row(code: "ExpiredToken", reason: "expired_token", isPermanent: false, seal: .no, hint: "refreshed"),
    Row(code: "ExpiredTokenException", reason: "expired_token", isPermanent: false, seal: .no, hint: "refreshed"),
    Row(
      code: "SignatureDoesNotMatch", reason: "platform_signature", isPermanent: true, seal: .untilTTL, hint: "clock"),
    Row(
      code: "InvalidSignatureException", reason: "platform_signature", isPermanent: true, seal: .untilTTL, hint: "clock"
    ),
    Row(code: "ThrottlingException", reason: "throttled", isPermanent: false, seal: .untilTTL, hint: "quota"),
    Row(code: "Throttling", reason: "throttled", isPermanent: false, seal: .untilTTL, hint: "quota"),
    Row(code: "LimitExceededException", reason: "throttled", isPermanent: false, seal: .untilTTL, hint: "quota"),
    Row(code: "ServiceUnavailable", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "region"),
    Row(code: "InternalFailure", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "region"),
    Row(code: "SomethingNewException", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "tried again"),
  ]

  static let kms = [
    Row(code: "AccessDeniedException", reason: "access_denied", isPermanent: true, seal: .now, hint: "kms:Decrypt"),
    Row(code: "NotFoundException", reason: "key_not_found", isPermanent: true, seal: .now, hint: "account"),
    Row(code: "DisabledException", reason: "key_disabled", isPermanent: true, seal: .now, hint: "Enable"),
    Row(
      code: "KMSInvalidStateException", message: "\(Sample.keyARN) is pending deletion.",
      reason: "key_pending_deletion",
      isPermanent: true, seal: .now, hint: "Cancel the deletion"),
    Row(
      code: "KMSInvalidStateException", message: "\(Sample.keyARN) is pending import.", reason: "key_unavailable",
      isPermanent: false, seal: .untilTTL, hint: "state"),
    Row(
      code: "InvalidKeyUsageException", reason: "wrong_key_type", isPermanent: true, seal: .reject, hint: "symmetric"),
    Row(code: "IncorrectKeyException", reason: "key_changed", isPermanent: true, seal: .now, hint: "alias"),
    Row(code: "InvalidCiphertextException", reason: "integrity", isPermanent: true, seal: .now, hint: "context"),
    Row(code: "KeyUnavailableException", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "region"),
    Row(code: "KMSInternalException", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "region"),
    Row(code: "DependencyTimeoutException", reason: "unreachable", isPermanent: false, seal: .untilTTL, hint: "region"),
  ]

  private func expect(_ failure: KMSFailure?, is row: Row, at stage: VerificationStage) {
    #expect(failure?.reason.rawValue == row.reason)
    #expect(failure?.stage == stage)
    #expect(failure?.providerCode == row.code)
    #expect(failure?.isPermanent == row.isPermanent)
    #expect(failure?.isRetriable == !row.isPermanent)
    #expect(failure?.seal == row.seal)
    #expect(failure?.hint.contains(row.hint) == true)
  }

  @Test(arguments: sts + both, [400, 403, 500])
  func aCodeOfSTS(_ row: Row, status: Int) async throws {
    let aws = ScriptedAWS { _ in .stsError(row.code, message: row.message, status: status) }
    let kek = try Sample.kek(aws)
    let found = await failure { () throws(KMSFailure) in _ = try await kek.wrap(Sample.key, context: Sample.context) }
    expect(found, is: row, at: .assumeRole)
  }

  @Test(arguments: kms + both, [400, 403, 500])
  func aCodeOfKMS(_ row: Row, status: Int) async throws {
    let aws = ScriptedAWS { action in
      action == .decrypt ? .kmsError(row.code, message: row.message, status: status) : nil
    }
    let kek = try Sample.kek(aws)
    let wrapped = try await kek.wrap(Sample.key, context: Sample.context)
    let found = await failure { () throws(KMSFailure) in _ = try await kek.unwrap(wrapped, context: Sample.context) }
    expect(found, is: row, at: .decrypt)
  }

  @Test func noCodeHasTwoMeanings() {
    for service in [AWSService.sts, .kms] {
      let rows = AWSFailureTable.rows.filter { $0.services.contains(service) }
      let codes = rows.flatMap { row in row.codes.map { $0 + (row.marker ?? "") } }
      #expect(Set(codes).count == codes.count)
    }
  }
}
