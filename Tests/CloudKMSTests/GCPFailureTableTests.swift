import HTTPClient
import Testing

@testable import CloudKMS

/// The rows of the design's table of Google's errors, one by one, as a customer's key would meet them.
@Suite struct GCPFailureTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var status = 400
    let code: String
    var message = "no"
    let reason: KMSFailure.Reason
    let isPermanent: Bool
    let seal: KMSFailure.Seal
    /// A word that the hint must have.
    let hint: String
    var testDescription: String { "\(code) \(message)" }
  }

  static let iam = [
    Row(
      status: 403, code: "PERMISSION_DENIED", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "roles/iam.serviceAccountTokenCreator"),
    Row(
      status: 404, code: "NOT_FOUND", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "impersonate_service_account"),
    Row(code: "INVALID_ARGUMENT", reason: .invalidRequest, isPermanent: true, seal: .reject, hint: "Copy the address"),
  ]

  static let both = [
    Row(
      status: 401, code: "UNAUTHENTICATED", reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "operator"),
    Row(
      status: 429, code: "RESOURCE_EXHAUSTED", reason: .throttled, isPermanent: false, seal: .untilTTL, hint: "quota"),
    Row(status: 500, code: "INTERNAL", reason: .unreachable, isPermanent: false, seal: .untilTTL, hint: "tried again"),
    Row(
      status: 503, code: "UNAVAILABLE", reason: .unreachable, isPermanent: false, seal: .untilTTL, hint: "tried again"),
    Row(
      status: 504, code: "DEADLINE_EXCEEDED", reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "tried again"),
    Row(code: "SOMETHING_NEW", reason: .unreachable, isPermanent: false, seal: .untilTTL, hint: "tried again"),
  ]

  static let kms = [
    Row(
      status: 403, code: "PERMISSION_DENIED", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "roles/cloudkms.cryptoKeyEncrypterDecrypter"),
    Row(status: 404, code: "NOT_FOUND", reason: .keyNotFound, isPermanent: true, seal: .now, hint: "location"),
    Row(
      code: "FAILED_PRECONDITION", message: "k is not enabled, current state is: DISABLED.", reason: .keyDisabled,
      isPermanent: true, seal: .now, hint: "version"),
    Row(
      code: "FAILED_PRECONDITION", message: "k is not enabled, current state is: DESTROY_SCHEDULED.",
      reason: .keyPendingDeletion, isPermanent: true, seal: .now, hint: "Restore"),
    Row(
      code: "FAILED_PRECONDITION", message: "k is not enabled, current state is: PENDING_GENERATION.",
      reason: .keyUnavailable, isPermanent: false, seal: .untilTTL, hint: "state"),
    Row(code: "INVALID_ARGUMENT", reason: .integrity, isPermanent: true, seal: .now, hint: "ciphertext"),
    Row(
      code: "INVALID_ARGUMENT", message: "CryptoKey has purpose ASYMMETRIC_SIGN.", reason: .wrongKeyType,
      isPermanent: true, seal: .reject, hint: "ENCRYPT_DECRYPT"),
  ]

  private func expect(_ failure: KMSFailure?, is row: Row, at stage: VerificationStage) {
    #expect(failure?.reason == row.reason)
    #expect(failure?.stage == stage)
    #expect(failure?.providerCode == row.code)
    #expect(failure?.isPermanent == row.isPermanent)
    #expect(failure?.seal == row.seal)
    #expect(failure?.hint.contains(row.hint) == true)
  }

  private func found(_ row: Row, at action: ScriptedGCP.Action) async throws -> KMSFailure? {
    let wrapped = try await Sample.gcpKEK(Sample.gcpPlatform(ScriptedGCP())).wrap(
      Sample.key, context: Sample.context)
    let gcp = ScriptedGCP { $0 == action ? .gcpError(row.status, row.code, message: row.message) : nil }
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp))
    return await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
  }

  @Test(arguments: iam + both)
  func `a code of IAM Credentials`(_ row: Row) async throws {
    expect(try await found(row, at: .impersonate), is: row, at: .assumeRole)
  }

  @Test(arguments: kms + both)
  func `a code of Cloud KMS`(_ row: Row) async throws {
    expect(try await found(row, at: .decrypt), is: row, at: .decrypt)
  }

  @Test func `a machine without the scope is ours to mend, though the status says denied`() async throws {
    let gcp = ScriptedGCP {
      guard $0 == .impersonate else { return nil }
      return .gcpError(403, "PERMISSION_DENIED", reason: "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
    }
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(found?.providerCode == "ACCESS_TOKEN_SCOPE_INSUFFICIENT")
  }

  @Test func `no code has two meanings`() {
    for service in [GCPService.token, .iamCredentials, .kms] {
      let rows = GCPFailureTable.rows.filter { $0.services.contains(service) }
      let codes = rows.flatMap { row in row.codes.map { $0 + (row.marker ?? "") } }
      #expect(Set(codes).count == codes.count)
    }
  }
}
