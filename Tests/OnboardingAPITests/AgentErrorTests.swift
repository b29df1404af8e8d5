import HTTPTypes
import Repository
import Testing

@testable import onboarding_api

@Suite struct AgentErrorTests {
  @Test(
    arguments: [
      (.notAuthenticated, 401, "authentication_error"), (.fingerprintMismatch, 403, "fingerprint_mismatch"),
      (.buildNotVerified, 403, "permission_denied"), (.nonceUsed, 409, "conflict"),
      (.tenantSealed(reason: nil), 503, "tenant_sealed"), (.bundleTooLarge, 413, "bundle_too_large"),
      (.tooManyAgents, 409, "conflict"),
    ] as [(AgentError, Int, String)])
  func `every refusal has its answer`(error: AgentError, status: Int, type: String) {
    #expect(error.apiError?.status.code == status)
    #expect(error.apiError?.type == type)
  }

  @Test func `a sealed tenant is told why and when to come back`() {
    let error = AgentError.tenantSealed(reason: "Enable the key again.").apiError
    #expect(error?.retryAfter == 30)
    #expect(error?.message == "the tenant's key can't be used: Enable the key again.")
  }
}
