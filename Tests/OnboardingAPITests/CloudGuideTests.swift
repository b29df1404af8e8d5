import CloudKMS
import FoundationEssentials
import HTTPClient
import Locking
import Repository
import Testing

@testable import onboarding_api

/// What customers are told to do in the clouds beside AWS, and who we say that we are there.
@Suite struct CloudGuideTests {
  let tenantID = UUID()
  let email = "platform@saas.iam.gserviceaccount.com"

  @Test func `the commands for Google Cloud let in our principal alone`() throws {
    let steps = ProviderGuide.gcp(.success(email)).steps.map(\.text)
    #expect(steps[1].contains("--member=serviceAccount:\(email) ") && steps[1].contains("TokenCreator"))
    #expect(steps[0].contains("roles/cloudkms.cryptoKeyEncrypterDecrypter") && !steps[0].contains(email))
    let failure = KMSFailure(
      reason: .noCredentials, stage: .credentials, isPermanent: true, seal: .untilTTL, hint: "Nobody.")
    let unknown = ProviderGuide.gcp(.failure(failure))
    #expect(unknown.steps[1].text.contains("OUR_PRINCIPAL") && unknown.facts.isEmpty)
    #expect(unknown.unknown == "Nobody.")
  }

  @Test func `who we are in Google Cloud is asked once a minute, also where nobody answers`() async throws {
    let endpoint = ScriptedEndpoint()
    let time = Guarded(Date(timeIntervalSince1970: 0))
    let identity = PlatformIdentity(
      aws: AWSPlatform(transport: ScriptedEndpoint(), credentials: EnvironmentCredentials { _ in nil }),
      region: "us-east-1",
      gcp: GCPPlatform(
        transport: endpoint, credentialsFile: nil, clock: KMSClock(now: { time.withLock { $0 } }, sleep: { _ in })),
      azure: AzurePlatform(transport: ScriptedEndpoint()) { _ in nil },
      now: { time.withLock { $0 } })
    let failure = await #expect(throws: KMSFailure.self) { try await identity.gcpPrincipal(for: tenantID).get() }
    #expect(failure?.reason == .noCredentials)
    endpoint.answer(
      HTTPResponse(
        status: 200, headers: [HTTPHeader("Metadata-Flavor", "Google")], body: Array(email.utf8)))
    time.withLock { $0 += 59 }
    await #expect(throws: KMSFailure.self) { try await identity.gcpPrincipal(for: tenantID).get() }
    time.withLock { $0 += 1 }
    for _ in 0..<3 { #expect(try await identity.gcpPrincipal(for: tenantID).get() == email) }
    #expect(endpoint.requests == 2)
  }

  @Test func `each cloud has its form, and the first one is chosen`() throws {
    let tenant = Tenant(id: tenantID, slug: "acme", name: "Acme")
    let identity = AdminIdentity(subject: "ada", tenantID: tenantID, role: .owner, expiresAt: Date())
    let page = AddProviderPage(
      frame: PageFrame(tenant, identity, in: .security), replaces: false,
      guides: [
        .aws(PlatformGuide(tenantID: tenantID, principal: nil)), .gcp(.success(email)), .azure,
      ])
    let html = try #require(try PageTemplates().html("add-provider", page))
    for provider in ["aws", "gcp", "azure"] {
      #expect(html.contains("<form class=\"stack\" novalidate data-provider=\"\(provider)\""))
      #expect(html.contains("value=\"\(provider)\" checked") == (provider == "aws"))
    }
    #expect(html.contains("<code id=\"gcp-principal\">\(email)</code>"))
    #expect(html.contains("<code id=\"account\"") == false)
    #expect(html.matches(of: /name="config.client_id" maxlength/).count == 1, "not required")
  }
}
