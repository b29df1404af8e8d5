import FoundationEssentials
import HTTPTypes
import HummingbirdCore
import JSON
import Repository
import Testing

@testable import onboarding_api

/// The admin page, as far as it needs neither database nor browser.
@Suite struct AdminPageTests {
  let api = RouterTests()
  let tenant = Tenant(id: UUID(), slug: "acme", name: "Acme")

  @Test(
    arguments: PageSection.allCases.map(\.path) + [
      "/settings/security/tenant-kms/add", "/secrets/1", "/transit-keys/k",
    ])
  func `who isn't signed in is led to the sign-in and back`(path: String) async throws {
    for token in [nil, try await api.token("owner")] {
      let answer = try await api.send(.get, path, token: token)
      #expect(answer.status == .seeOther)
      #expect(answer.headers[.location] == "/sign-in?next=\(path)")
    }
  }

  @Test func `the way back leads to the same part of a list`() async throws {
    let path = "/secrets?search=a%20b&page=2"
    let answer = try await api.send(.get, path)
    let location = try #require(answer.headers[.location])
    #expect(location == "/sign-in?next=/secrets%3Fsearch%3Da%2520b%26page%3D2")
    #expect(SignInForm.page(URI(location).queryParameters["next"].map { String($0) }) == path)
  }

  @Test func `the start is the page of the keys`() async throws {
    let answer = try await api.send(.get, "/")
    #expect(answer.status == .seeOther)
    #expect(answer.headers[.location] == "/settings/security/tenant-kms")
  }

  @Test func `a page runs nothing but our own scripts, and is kept by nobody`() async throws {
    let answer = try await api.send(.get, "/sign-in")
    #expect(answer.status == .ok)
    #expect(answer.headers[.contentType] == "text/html; charset=utf-8")
    #expect(answer.headers[.cacheControl] == "no-store")
    let policy = try #require(answer.headers[.contentSecurityPolicy])
    #expect(policy.hasPrefix("default-src 'none'; script-src 'self';"))
    #expect(!policy.contains("unsafe"))
    #expect(policy.contains("frame-ancestors 'none'"))
  }

  @Test(arguments: Asset.all.map(\.name))
  func `a file is served under a name that changes with its bytes, and kept for good`(name: String) async throws {
    let answer = try await api.send(.get, "\(Asset.folder)/\(name)")
    #expect(answer.status == .ok)
    #expect(answer.text.utf8.count == Asset.all.first { $0.name == name }?.bytes.count)
    #expect(answer.headers[.cacheControl] == "public, max-age=31536000, immutable")
    #expect(try await api.send(.get, "/assets/0000000000000000/\(name)").status == .notFound)
  }

  @Test(
    arguments: [
      (nil, "/"), ("", "/"), ("/settings/account", "/settings/account"), ("//evil.example", "/"),
      ("https://evil.example", "/"), ("/\\evil.example", "/"), ("/a\r\nSet-Cookie: x", "/"), ("settings", "/"),
      ("/" + String(repeating: "a", count: 256), "/"),
    ] as [(String?, String)])
  func `signing in leads to a page of ours`(next: String?, leads: String) {
    #expect(SignInForm.page(next) == leads)
  }

  @Test func `what a provider or an operator wrote is text, never markup`() throws {
    let evil = "<script>alert(1)</script>\"'&"
    let configuration = KMSConfiguration(
      provider: "customer_kms_aws", keyReference: evil,
      configuration: ["region": .string(evil), "external_id": "hidden"],
      sealedSince: Date(timeIntervalSince1970: 0), lastVerifiedAt: Date(timeIntervalSince1970: 0), lastVerifyError: evil
    )
    let html = try html(configuration, role: .owner)
    #expect(!html.contains(evil))
    #expect(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"))
    #expect(!html.contains("hidden\""))
    #expect(html.contains("Sealed since"))
    #expect(html.contains("1970-01-01 00:00:00 UTC"))
  }

  @Test(arguments: UserRole.allCases)
  func `only who may do something is offered it`(role: UserRole) throws {
    let html = try html(nil, role: role)
    #expect(html.contains("Add provider") == AdminRoute.onboard.roles.contains(role))
    #expect(html.contains("Revoke version 0") == AdminRoute.revoke.roles.contains(role))
  }

  @Test(arguments: [(0, "0"), (999, "999"), (1_000, "1,000"), (1_234_567, "1,234,567"), (-1_000, "-1,000")])
  func `numbers are grouped`(number: Int, text: String) {
    #expect(number.grouped == text)
  }

  private func html(_ configuration: KMSConfiguration?, role: UserRole) throws -> String {
    let key = KeyVersion(
      id: UUID(), tenantID: tenant.id, version: 0, status: .active,
      wrapping: Wrapping(method: .global, wrappedKey: [], provider: nil), createdAt: Date(timeIntervalSince1970: 0),
      retiredAt: nil)
    let view = TenantView(
      jobs: [], configuration: configuration, versions: [key],
      auditHead: try #require(AuditHead("0:" + String(repeating: "0", count: 64))))
    let identity = AdminIdentity(subject: "ada", tenantID: tenant.id, role: role, expiresAt: Date())
    let page = TenantKMSPage(of: tenant, for: identity, view, rows: [0: 3], audit: [])
    let html = try PageTemplates().html("tenant-kms", page)
    return try #require(html)
  }
}
