import CloudKMS
import FoundationEssentials
import HTTPTypes
import JSON
import Testing

@testable import onboarding_api

@Suite struct PlatformGuideTests {
  let tenantID = UUID()
  let principal = AWSPrincipal(accountID: "123456789012", arn: "arn:aws:iam::123456789012:user/saas")

  @Test func `the trust policy lets in our principal alone, and only with the external ID`() throws {
    let guide = PlatformGuide(tenantID: tenantID, principal: principal)
    let policy = try JSONValue(parsing: Array(guide.trustPolicy.utf8))
    let statement = try #require(policy["Statement"]?.first)
    #expect(statement["Principal"]?["AWS"]?.string == principal.arn)
    #expect(statement["Condition"]?["StringEquals"]?["sts:ExternalId"]?.string == guide.externalID)
    #expect(statement["Action"] == "sts:AssumeRole")
  }

  @Test func `the permission policy allows two actions on one key, bound to the tenant`() throws {
    let guide = PlatformGuide(tenantID: tenantID, principal: principal)
    let policy = try JSONValue(parsing: Array(guide.permissionPolicy.utf8))
    let statement = try #require(policy["Statement"]?.first)
    #expect(statement["Action"] == ["kms:Encrypt", "kms:Decrypt"])
    #expect(statement["Resource"]?.string == PlatformGuide.keyBlank)
    #expect(
      statement["Condition"]?["StringEquals"]?["kms:EncryptionContext:tenant_id"]?.string
        == EncryptionContext(tenantID: tenantID, keyVersion: 1).members["tenant_id"])
  }

  @Test func `each guide proposes an external ID of its own`() {
    let ids = (0..<10).map { _ in PlatformGuide(tenantID: tenantID, principal: principal).externalID }
    #expect(Set(ids).count == 10)
  }

  @Test func `without an identity the answer says why`() async throws {
    let answer = try await RouterTests().send(
      .get, "/admin/tenant-kms/platform", token: try await RouterTests().token("viewer"))
    #expect(answer.status == .serviceUnavailable)
    #expect(answer.json["error"]?["message"]?.string?.contains("no_credentials") == true)
  }
}

extension JSONValue {
  fileprivate var first: JSONValue? {
    if case .array(let elements) = self { elements.first } else { nil }
  }
}
