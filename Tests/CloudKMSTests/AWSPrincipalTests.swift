import CloudKMS
import Foundation
import HTTPClient
import Testing

/// Who STS says that we are.
@Suite struct AWSPrincipalTests {
  private func principal(_ status: Int, _ xml: String) async throws -> AWSPrincipal {
    let aws = ScriptedAWS { _ in .xml(status, xml) }
    return try await AWSPlatform(transport: aws, credentials: FixedCredentials(Sample.credentials))
      .principal(region: "eu-west-1", for: KeyUse(tenantID: UUID()))
  }

  private func answer(_ account: String, _ arn: String) -> String {
    """
    <GetCallerIdentityResponse><GetCallerIdentityResult><Arn>\(arn)</Arn><UserId>x</UserId><Account>\(account)</Account>
    </GetCallerIdentityResult></GetCallerIdentityResponse>
    """
  }

  @Test(
    arguments: [
      ("arn:aws:iam::123456789012:user/saas", "arn:aws:iam::123456789012:user/saas"),
      ("arn:aws:sts::123456789012:assumed-role/Platform/i-0abc", "arn:aws:iam::123456789012:role/Platform"),
      ("arn:aws:sts::123456789012:assumed-role/", "arn:aws:sts::123456789012:assumed-role/"),
      ("arn:aws:sts::123456789012:federated-user/x", "arn:aws:sts::123456789012:federated-user/x"),
      ("arn:aws-cn:sts::123456789012:assumed-role/Platform/x", "arn:aws-cn:iam::123456789012:role/Platform"),
    ])
  func theTrustedPrincipalIsTheUserOrTheRoleBehindASession(arn: String, trusted: String) async throws {
    let principal = try await principal(200, answer("123456789012", arn))
    #expect(principal.accountID == "123456789012")
    #expect(principal.roleARN == trusted)
  }

  @Test(
    arguments: [
      ("12345", "arn:aws:iam::123456789012:user/saas"), ("123456789012", "arn:aws:iam::999999999999:user/saas"),
      ("123456789012", "saas"), ("", ""),
    ])
  func anAnswerThatNamesNobodyIsNone(account: String, arn: String) async throws {
    let failure = await #expect(throws: KMSFailure.self) { try await principal(200, answer(account, arn)) }
    #expect(failure?.reason == .unreachable)
  }

  @Test func credentialsThatAWSDoesNotKnowAreThePlatformsToMend() async throws {
    let xml = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>no</Message></Error></ErrorResponse>"
    let failure = await #expect(throws: KMSFailure.self) { try await principal(403, xml) }
    #expect(failure?.reason == .platformCredentials)
  }

  @Test func aRegionOfNoPartitionIsRefused() async throws {
    let platform = AWSPlatform(transport: ScriptedAWS(), credentials: FixedCredentials(Sample.credentials))
    let failure = await #expect(throws: KMSFailure.self) {
      try await platform.principal(region: "mars-1", for: KeyUse(tenantID: UUID()))
    }
    #expect(failure?.reason == .invalidRequest)
  }
}
