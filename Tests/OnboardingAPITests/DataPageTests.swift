import FoundationEssentials
import HummingbirdCore
import Repository
import Testing

@testable import onboarding_api

/// The pages of the tenant's data, as far as they need neither database nor browser.
@Suite struct DataPageTests {
  let evil = "<script>alert(1)</script>\"'&"
  let time = Date(timeIntervalSince1970: 0)

  @Test func `whatever somebody named is text, never markup`() throws {
    for html in try pages(for: .owner) {
      #expect(!html.contains(evil))
      #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
      #expect(html.contains("1970-01-01 00:00:00 UTC"))
    }
  }

  @Test(arguments: UserRole.allCases)
  func `only who may change something is offered it`(role: UserRole) throws {
    for html in try pages(for: role) {
      #expect(html.contains("data-action=") == role.mayWrite)
      #expect((html.contains("<dialog id=\"create\"") || html.contains("<dialog id=\"change\"")) == role.mayWrite)
    }
  }

  @Test(arguments: UserRole.allCases)
  func `the bar leads to what the role may read, and says where one is`(role: UserRole) throws {
    let html = try #require(try pages(for: role).first)
    for section in PageSection.allCases {
      let link =
        "<a href=\"\(section.path)\"" + (section == .secrets ? " aria-current=\"page\"" : "") + ">\(section.name)</a>"
      #expect(html.contains(link) == section.route.roles.contains(role), "\(section)")
    }
  }

  @Test func `a search is kept in its field and in the links beside the list`() throws {
    let page = SecretsPage(
      frame: frame(.viewer, in: .secrets), canWrite: false,
      list: ListView(at: "/secrets", try ListQuery(URI("/secrets?search=%22%3Ca&page=2")), shown: 20, total: 100),
      rows: [])
    let html = try #require(try PageTemplates().html("secrets", page))
    #expect(html.contains("value=\"&quot;&lt;a\""))
    #expect(html.contains("href=\"/secrets?page=3&amp;search=%22%3Ca\""))
    #expect(html.contains("21 to 40 of 100"))
  }

  private func pages(for role: UserRole) throws -> [String] {
    let canWrite = role.mayWrite
    let query = try ListQuery(URI("/"))
    let list = ListView(at: "/", query, shown: 1, total: 1)
    let secret = Secret(
      id: UUID(), name: evil, type: "string", baseEnvironment: evil, collectionID: nil, expiresAt: time,
      isExpiryStrict: true, createdAt: time)
    let key = TransitKey(id: UUID(), name: "k", description: evil, createdAt: time)
    let agent = Agent(id: UUID(), agentID: "agt_1", name: evil, requiresVerifiedBuild: false, createdAt: time)
    let templates = PageTemplates()
    let contents: [(String, Any)] = [
      (
        "secrets",
        SecretsPage(
          frame: frame(role, in: .secrets), canWrite: canWrite, list: list,
          rows: [SecretsPage.Row(secret, environments: 1)])
      ),
      ("secret", SecretPage(frame: frame(role, in: .secrets), canWrite: canWrite, (secret, []))),
      (
        "transit-key",
        TransitKeyPage(
          frame: frame(role, in: .transitKeys), canWrite: canWrite, key,
          TransitKeyVersions(keyID: key.id, current: 2, all: [1, 2]))
      ),
      (
        "agents",
        AgentsPage(
          frame: frame(role, in: .agents), canWrite: canWrite, list: list,
          rows: [AgentsPage.Row(agent, canWrite: canWrite)])
      ),
    ]
    return try contents.map { try #require(try templates.html($0.0, $0.1)) }
  }

  private func frame(_ role: UserRole, in section: PageSection) -> PageFrame {
    let tenant = Tenant(id: UUID(), slug: "acme", name: "Acme")
    return PageFrame(
      tenant, AdminIdentity(subject: "ada", tenantID: tenant.id, role: role, expiresAt: time), in: section)
  }
}

extension UserRole {
  fileprivate var mayWrite: Bool { AdminRoute.createSecret.roles.contains(self) }
}
