import HTTPTypes
import Hummingbird
import JSON
import Repository
import Testing

@testable import onboarding_api

/// What an API key is good for: every route below `/v1`, every scope.
@Suite struct ScopeMatrixTests {
  /// What the router answers while nothing else can be reached; a 503 says that the request was let in.
  let api = RouterTests()

  @Test func `the router has the routes of the table, and no other`() async throws {
    let served = try await api.router().routes.map { "\($0.method) \($0.path)" }.filter { $0.contains(" /v1") }
    let known = TenantRoute.allCases.map(\.line)
      .map { "\($0.method) /v1/\($0.path.replacing(/:(\w+)/) { "{\($0.1)}" })" }
    #expect(Set(served) == Set(known))
    #expect(Set(known).count == known.count)
  }

  @Test(arguments: TenantRoute.allCases, APIKeyScope.allCases)
  func `a scope opens its own routes alone`(route: TenantRoute, scope: APIKeyScope) async throws {
    let answer = try await send(route, scopes: [scope])
    if scope == route.line.scope {
      #expect(answer.isPastTheDoor, "\(answer.status)")
    } else {
      #expect(answer.status == .forbidden)
      #expect(answer.json["error"]?["type"] == "permission_denied")
      #expect(answer.json["error"]?["message"]?.string?.contains(route.line.scope.rawValue) == true)
    }
  }

  @Test(arguments: TenantRoute.allCases)
  func `all scopes open everything, and none nothing`(route: TenantRoute) async throws {
    #expect(try await send(route, scopes: Set(APIKeyScope.allCases)).isPastTheDoor)
    #expect(try await send(route, scopes: []).status == .forbidden)
    #expect(try await api.send(route.line.method, route.examplePath, scopes: []).status == .unauthorized)
  }

  private func send(_ route: TenantRoute, scopes: Set<APIKeyScope>) async throws -> Answer {
    try await api.send(
      route.line.method, route.examplePath, token: APIKey.generate().exposed(), body: "no JSON", scopes: scopes)
  }
}

extension TenantRoute {
  /// The path with something of the right kind in each place.
  fileprivate var examplePath: String {
    "/v1/"
      + line.path.replacing(":id", with: "0190a1b2-0000-7000-8000-000000000001").replacing(":name", with: "invoices")
      .replacing(":version", with: "1").replacing(":n", with: "1")
  }
}
