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

  @Test func `the template for CloudFormation makes the same role, for a key that is its parameter`() throws {
    let guide = PlatformGuide(tenantID: tenantID, principal: principal)
    let template = try JSONValue(parsing: Array(guide.cloudFormation.utf8))
    let role = template["Resources"]?["TenantKmsRole"]?["Properties"]
    #expect(try role?["AssumeRolePolicyDocument"] == JSONValue(parsing: Array(guide.trustPolicy.utf8)))
    let policy = role?["Policies"]?.first?["PolicyDocument"]
    #expect(policy?["Statement"]?.first?["Resource"] == ["Ref": "KmsKeyArn"])
    #expect(template["Parameters"]?["KmsKeyArn"]?["Type"] == "String")
    #expect(!guide.cloudFormation.contains(PlatformGuide.keyBlank))
  }

  @Test func `so does Terraform's`() {
    let guide = PlatformGuide(tenantID: tenantID, principal: principal)
    #expect(guide.terraform.contains(guide.externalID))
    #expect(guide.terraform.contains("\"Resource\": \"${var.kms_key_arn}\""))
    #expect(guide.terraform.contains("kms:EncryptionContext:tenant_id"))
    #expect(!guide.terraform.contains(PlatformGuide.keyBlank))
  }

  @Test func `in Google Cloud a service account lets ours in, and has a role on one key`() throws {
    let json = GCPGuide(principalEmail: "platform@saas.iam.gserviceaccount.com").json
    #expect(json["principal_email"] == "platform@saas.iam.gserviceaccount.com")
    guard case .array(let lines)? = json["cli"] else { return #expect(Bool(false), "no commands") }
    #expect(lines[1].string?.contains("--role roles/cloudkms.cryptoKeyEncrypterDecrypter") == true)
    #expect(
      lines[2].string?.contains(
        "--member serviceAccount:platform@saas.iam.gserviceaccount.com --role roles/iam.serviceAccountTokenCreator")
        == true)
    #expect(json["terraform"]?.string?.contains("platform@saas.iam.gserviceaccount.com") == true)
  }

  @Test func `in Azure an application trusts our identity where that is known, and has a secret otherwise`() throws {
    let known = AzureGuide(principal: AzurePrincipal(clientID: "c", objectID: "o", directoryID: "d")).json
    #expect(known["object_id"] == "o")
    #expect(known.canonicalText.contains("https://login.microsoftonline.com/d/v2.0"))
    #expect(!known.canonicalText.contains("credential reset"))
    let terraform = try #require(known["terraform"]?.string)
    #expect(terraform.contains("azuread_application_federated_identity_credential"))
    #expect(terraform.contains("issuer         = \"https://login.microsoftonline.com/d/v2.0\""))
    #expect(terraform.contains("subject        = \"o\""))
    #expect(terraform.contains("${var.key_vault_id}/keys/${var.key_name}"))
    #expect(!terraform.contains("password"))
    let unknown = AzureGuide(principal: AzurePrincipal(clientID: "c", objectID: nil, directoryID: nil)).json
    #expect(unknown["client_id"] == "c")
    #expect(unknown.canonicalText.contains("credential reset"))
    #expect(unknown["terraform"]?.string?.contains("azuread_application_password") == true)
    #expect(unknown["terraform"]?.string?.contains("federated") == false)
  }

  @Test func `in Azure an application trusts a token's issuer, unless that could mean more to a shell`() throws {
    let federation = try #require(
      AzurePrincipal.Federation(
        issuer: "https://oidc.example/tenant/", subject: "system:serviceaccount:kms:verifier"))
    let principal = AzurePrincipal(clientID: "c", objectID: nil, directoryID: nil, federation: federation)
    let text = AzureGuide(principal: principal).json.canonicalText
    #expect(text.contains("system:serviceaccount:kms:verifier"))
    #expect(!text.contains("credential reset"))
    for bad in ["a'b", "a\"b", "${a}", "a b", "`a`", "a\\b", "a\n", ""] {
      #expect(AzurePrincipal.Federation(issuer: "https://oidc.example/", subject: bad) == nil)
      #expect(AzurePrincipal.Federation(issuer: "https://oidc.example/" + bad, subject: "s") == nil || bad.isEmpty)
    }
    #expect(AzurePrincipal.Federation(issuer: "http://oidc.example/", subject: "s") == nil)
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
