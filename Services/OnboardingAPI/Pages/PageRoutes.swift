import CloudKMS
import Commands
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Postgres
import Repository

/// The pages for browsers: what is the case is rendered here, and read without a script; whatever
/// is done goes through `/admin` like anybody else's request.
struct PageRoutes: Sendable {
  let templates: PageTemplates
  let signIn: SignIn
  let tokens: AdminTokenVerifier
  let users: UserStore
  let tenants: TenantStore
  let keys: KeyStore
  let rewraps: RewrapStore
  let chain: AuditChain
  let secrets: SecretStore
  let transitKeys: TransitKeyStore
  let agents: AgentStore
  let apiKeys: APIKeyStore
  let platform: PlatformIdentity

  func add(to router: Router<APIContext>) {
    router.get("/") { _, _ in Response(seeOther: PageSection.security.path) }
    router.get("assets/:folder/:name", use: asset)
    router.get("sign-in", use: signInForm)
    router.post("sign-in", use: enter)
    router.post("sign-out", use: leave)
    router.get("settings/security/tenant-kms") { try await signedIn($0, $1, keysPage) }
    router.get("settings/security/tenant-kms/add") { try await signedIn($0, $1, providerPage) }
    router.get("settings/account") { try await signedIn($0, $1, accountPage) }
    addData(to: router)
  }

  private func asset(_: Request, context: APIContext) throws -> Response {
    guard let folder = context.parameters.get("folder"), "/assets/\(folder)" == Asset.folder,
      let name = context.parameters.get("name"), let asset = Asset.all.first(where: { $0.name == name })
    else { throw APIError.notFound("no such file") }
    return asset.response
  }

  private func keysPage(_ identity: AdminIdentity, _: Request, _: APIContext) async throws -> Response {
    let tenantID = identity.tenantID
    guard let tenant = try await tenants.tenant(tenantID) else { throw APIError.notFound("no such tenant") }
    let view = try await TenantView.read(tenantID, rewraps, keys, chain)
    let page = TenantKMSPage(
      of: tenant, for: identity, view, rows: try await keys.rowCounts(of: tenantID),
      audit: try await chain.rows(of: tenantID, offset: 0, limit: TenantKMSPage.auditRows).rows)
    return try templates.page("tenant-kms", page)
  }

  private func providerPage(_ identity: AdminIdentity, _: Request, _: APIContext) async throws -> Response {
    let replaces = try await keys.configuration(of: identity.tenantID) != nil
    async let aws = platform.guide(for: identity.tenantID)
    async let gcp = platform.gcpPrincipal(for: identity.tenantID)
    return try templates.page(
      "add-provider",
      AddProviderPage(
        frame: try await frame(identity, in: .security), replaces: replaces,
        guides: [.aws(await aws), .gcp(await gcp), .azure]))
  }

  private func accountPage(_ identity: AdminIdentity, _: Request, _: APIContext) async throws -> Response {
    guard let id = UUID(rfc9562: identity.subject),
      let person = try await users.authenticatedUser(id, of: identity.tenantID)
    else { throw APIError.notFound("the token is of nobody who signs in here") }
    return try templates.page(
      "account", AccountPage(frame: try await frame(identity, in: .account), hasAuthenticator: person.secret != nil))
  }

  /// What surrounds a page of a section.
  /// - Throws: 403 for whose role may not read it.
  func frame(_ identity: AdminIdentity, in section: PageSection) async throws -> PageFrame {
    try section.route.admit(identity.role)
    guard let tenant = try await tenants.tenant(identity.tenantID) else { throw APIError.notFound("no such tenant") }
    return PageFrame(tenant, identity, in: section)
  }
}
