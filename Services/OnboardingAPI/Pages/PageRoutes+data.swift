import FoundationEssentials
import HTTPTypes
import Hummingbird
import Repository

/// The tenant's secrets, transit keys, agents and API keys.
extension PageRoutes {
  func addData(to router: Router<APIContext>) {
    router.get("secrets") { try await signedIn($0, $1, secretsPage) }
    router.get("secrets/:id") { try await signedIn($0, $1, secretPage) }
    router.get("transit-keys") { try await signedIn($0, $1, transitKeysPage) }
    router.get("transit-keys/:name") { try await signedIn($0, $1, transitKeyPage) }
    router.get("agents") { try await signedIn($0, $1, agentsPage) }
    router.get("api-keys") { try await signedIn($0, $1, apiKeysPage) }
  }

  private func secretsPage(_ identity: AdminIdentity, _ request: Request, _: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .secrets)
    let query = try ListQuery(request.uri)
    let found = try await secrets.page(
      of: identity.tenantID, naming: query.search.text, offset: query.page.offset, limit: query.page.perPage)
    return try templates.page(
      "secrets",
      SecretsPage(
        frame: frame, canWrite: identity.may(.createSecret),
        list: ListView(at: PageSection.secrets.path, query, shown: found.secrets.count, total: found.total),
        rows: found.secrets.map { SecretsPage.Row($0.secret, environments: $0.environments) }))
  }

  private func secretPage(_ identity: AdminIdentity, _: Request, context: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .secrets)
    guard let found = try await secrets.secret(try context.id("id"), of: identity.tenantID) else {
      throw APIError.notFound("no such secret")
    }
    return try templates.page(
      "secret", SecretPage(frame: frame, canWrite: identity.may(.setSecretValue), found))
  }

  private func transitKeysPage(_ identity: AdminIdentity, _ request: Request, _: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .transitKeys)
    let query = try ListQuery(request.uri)
    let found = query.select(from: try await transitKeys.keys(of: identity.tenantID), by: \.name)
    return try templates.page(
      "transit-keys",
      TransitKeysPage(
        frame: frame, canWrite: identity.may(.createTransitKey),
        list: ListView(at: PageSection.transitKeys.path, query, shown: found.rows.count, total: found.total),
        rows: found.rows.map(TransitKeysPage.Row.init)))
  }

  private func transitKeyPage(_ identity: AdminIdentity, _: Request, context: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .transitKeys)
    guard let name = context.parameters.get("name"), TransitKey.isName(name) else { throw TransitKeyError.noSuchKey }
    let key = try await transitKeys.key(name, of: identity.tenantID)
    return try templates.page(
      "transit-key",
      TransitKeyPage(
        frame: frame, canWrite: identity.may(.changeTransitKey), key,
        try await transitKeys.versions(of: name, of: identity.tenantID)))
  }

  private func agentsPage(_ identity: AdminIdentity, _ request: Request, _: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .agents)
    let query = try ListQuery(request.uri)
    let found = query.select(from: try await agents.agents(of: identity.tenantID), by: \.name)
    let canWrite = identity.may(.createAgent)
    return try templates.page(
      "agents",
      AgentsPage(
        frame: frame, canWrite: canWrite,
        list: ListView(at: PageSection.agents.path, query, shown: found.rows.count, total: found.total),
        rows: found.rows.map { AgentsPage.Row($0, canWrite: canWrite) }))
  }

  private func apiKeysPage(_ identity: AdminIdentity, _ request: Request, _: APIContext) async throws -> Response {
    let frame = try await frame(identity, in: .apiKeys)
    let query = try ListQuery(request.uri)
    let found = query.select(from: try await apiKeys.keys(of: identity.tenantID), by: \.name)
    let now = Date()
    return try templates.page(
      "api-keys",
      APIKeysPage(
        frame: frame,
        list: ListView(at: PageSection.apiKeys.path, query, shown: found.rows.count, total: found.total),
        rows: found.rows.map { APIKeysPage.Row($0, now: now) }))
  }
}

extension AdminIdentity {
  /// Whether the role's token lets in, with or without a step-up.
  func may(_ route: AdminRoute) -> Bool { route.roles.contains(role) }
}
