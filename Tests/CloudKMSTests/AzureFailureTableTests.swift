import HTTPClient
import Testing

@testable import CloudKMS

/// The rows of the design's table of Microsoft's errors, one by one, as a customer's key would meet them.
@Suite struct AzureFailureTableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    let status: Int
    /// Of the vault, the outer code; of Entra ID, the error of RFC 6749.
    let code: String
    /// Of the vault, the inner code; of Entra ID, the number.
    var inner: String?
    var message = "no"
    let reason: KMSFailure.Reason
    let isPermanent: Bool
    let seal: KMSFailure.Seal
    /// A word that the hint must have.
    let hint: String
    var testDescription: String { "\(code) \(inner ?? "") \(message)" }
  }

  static let entra = [
    Row(
      status: 400, code: "unauthorized_client", inner: "700016", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "client_id"),
    Row(
      status: 400, code: "invalid_request", inner: "90002", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "azure_tenant_id"),
    Row(
      status: 401, code: "invalid_client", inner: "7000215", reason: .platformCredentials, isPermanent: true,
      seal: .untilTTL, hint: "client_secret_env_var"),
    Row(
      status: 401, code: "invalid_client", inner: "7000222", reason: .platformCredentials, isPermanent: true,
      seal: .untilTTL, hint: "expired"),
    Row(
      status: 401, code: "invalid_client", inner: "99999999", reason: .platformCredentials, isPermanent: true,
      seal: .untilTTL, hint: "operator"),
    Row(
      status: 400, code: "invalid_request", inner: "99999999", reason: .unreachable, isPermanent: false,
      seal: .untilTTL, hint: "tried again"),
    Row(
      status: 429, code: "invalid_request", inner: "99999999", reason: .throttled, isPermanent: false,
      seal: .untilTTL, hint: "quota"),
    Row(
      status: 503, code: "temporarily_unavailable", reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "tried again"),
  ]

  static let vault = [
    Row(
      status: 401, code: "Unauthorized", reason: .platformCredentials, isPermanent: true, seal: .untilTTL,
      hint: "azure_tenant_id"),
    Row(
      status: 403, code: "Forbidden", inner: "ForbiddenByRbac", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "Key Vault Crypto User"),
    Row(
      status: 403, code: "Forbidden", inner: "AccessDenied", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "Key Vault Crypto User"),
    Row(
      status: 403, code: "Forbidden", inner: "ForbiddenByPolicy", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "Unwrap Key"),
    Row(
      status: 403, code: "Forbidden", inner: "SomethingNew", reason: .accessDenied, isPermanent: true, seal: .now,
      hint: "Key Vault Crypto User"),
    Row(
      status: 403, code: "Forbidden", inner: "ForbiddenByFirewall", reason: .networkDenied, isPermanent: true,
      seal: .now, hint: "egress addresses"),
    Row(
      status: 403, code: "Forbidden",
      message: "Client address is not authorized and caller is not a trusted service.", reason: .networkDenied,
      isPermanent: true, seal: .now, hint: "egress addresses"),
    Row(
      status: 403, code: "Forbidden", inner: "KeyDisabled", reason: .keyDisabled, isPermanent: true, seal: .now,
      hint: "Enable"),
    Row(
      status: 403, code: "Forbidden", message: "Operation unwrapKey is not allowed on a disabled key.",
      reason: .keyDisabled, isPermanent: true, seal: .now, hint: "Enable"),
    Row(
      status: 403, code: "Forbidden", message: "Operation wrapKey is not allowed on an expired key.",
      reason: .keyUnavailable, isPermanent: false, seal: .untilTTL, hint: "expired"),
    Row(
      status: 403, code: "Forbidden", inner: "KeyOperationForbidden", reason: .wrongKeyType, isPermanent: true,
      seal: .reject, hint: "RSA"),
    Row(status: 404, code: "KeyNotFound", reason: .keyNotFound, isPermanent: true, seal: .now, hint: "recover"),
    Row(status: 400, code: "BadParameter", reason: .integrity, isPermanent: true, seal: .now, hint: "algorithm"),
    Row(
      status: 400, code: "BadParameter", message: "Key and signing algorithm are incompatible.",
      reason: .wrongKeyType, isPermanent: true, seal: .reject, hint: "RSA"),
    Row(status: 429, code: "Throttled", reason: .throttled, isPermanent: false, seal: .untilTTL, hint: "quota"),
    Row(
      status: 500, code: "InternalServerError", reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "tried again"),
    Row(
      status: 503, code: "ServiceUnavailable", reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "tried again"),
    Row(
      status: 400, code: "SomethingNew", reason: .unreachable, isPermanent: false, seal: .untilTTL,
      hint: "tried again"),
  ]

  private func expect(_ failure: KMSFailure?, is row: Row, _ code: String, at stage: VerificationStage) {
    #expect(failure?.reason == row.reason)
    #expect(failure?.stage == stage)
    #expect(failure?.providerCode == code)
    #expect(failure?.isPermanent == row.isPermanent)
    #expect(failure?.seal == row.seal)
    #expect(failure?.hint.contains(row.hint) == true)
  }

  private func found(
    _ action: ScriptedAzure.Action, _ answer: @escaping @Sendable () throws(HTTPClientError) -> HTTPResponse
  ) async throws -> KMSFailure? {
    let wrapped = try await Sample.azureKEK(Sample.azurePlatform(ScriptedAzure())).wrap(
      Sample.key, context: Sample.context)
    let azure = ScriptedAzure { asked throws(HTTPClientError) in asked == action ? try answer() : nil }
    let key = try Sample.azureKEK(Sample.azurePlatform(azure), Sample.azureApplicationBody)
    return await failure { () throws(KMSFailure) in _ = try await key.unwrap(wrapped, context: Sample.context) }
  }

  @Test(arguments: entra, [true, false])
  func `a code of Entra ID`(_ row: Row, isListed: Bool) async throws {
    let failure = try await found(.signIn) { () throws(HTTPClientError) in
      .signInError(row.status, row.code, row.inner.flatMap { Int($0) }, isListed: isListed)
    }
    expect(failure, is: row, row.inner.map { "AADSTS\($0)" } ?? row.code, at: .assumeRole)
  }

  @Test(arguments: vault)
  func `a code of Key Vault`(_ row: Row) async throws {
    let failure = try await found(.unwrap) { () throws(HTTPClientError) in
      .vaultError(row.status, row.code, inner: row.inner, message: row.message)
    }
    expect(failure, is: row, row.inner ?? row.code, at: .decrypt)
  }

  @Test func `a vault whose name does not resolve is gone, if others' do`() async throws {
    for (sharesFate, reason, seal) in [
      (false, KMSFailure.Reason.keyNotFound, KMSFailure.Seal.now), (true, .unreachable, .untilTTL),
    ] {
      let azure = ScriptedAzure { action throws(HTTPClientError) in
        guard action == .challenge || sharesFate else { return nil }
        throw HTTPClientError(code: .resolve, reason: "the vault")
      }
      let key = try Sample.azureKEK(Sample.azurePlatform(azure))
      let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
      #expect(found?.reason == reason)
      #expect(found?.seal == seal)
      #expect(found?.isPermanent == (seal == .now))
      #expect(azure.requests.last?.url == "https://login.microsoftonline.com/")
    }
  }

  @Test func `no code has two meanings`() {
    for service in [AzureService.vault, .entra, .metadata] {
      let rows = AzureFailureTable.rows.filter { $0.services.contains(service) }
      let codes = rows.flatMap { row in row.codes.map { $0 + (row.marker ?? "") } }
      #expect(Set(codes).count == codes.count)
    }
  }
}
