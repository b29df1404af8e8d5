import HTTPTypes
import Hummingbird
import JSON
import Repository
import Testing

@testable import onboarding_api

/// Who may do what: every route, every role, with and without a step-up, of the tenant's own and of another's.
@Suite struct RoleMatrixTests {
  /// What the router answers while nothing else can be reached; a 503 says that the request was let in.
  let api = RouterTests()

  @Test func `the router has the routes of the matrix, and no other`() async throws {
    let served = try await api.router().routes.filter { "\($0.path)".hasPrefix("/admin") }
      .map { "\($0.method) \($0.path)" }
    let known = AdminRoute.all.map { "\($0.method) /admin/\($0.path.replacing(/:(\w+)/) { "{\($0.1)}" })" }
    #expect(Set(served) == Set(known + ["POST /admin/auth/login"]))
    #expect(Set(AdminRoute.all).count == AdminRoute.all.count)
  }

  @Test(arguments: AdminRoute.all, UserRole.allCases)
  func `a role is let in or told that it isn't`(route: AdminRoute, role: UserRole) async throws {
    let token = try await api.token(role.rawValue)
    let bare = try await api.send(route.method, route.examplePath, token: token, body: "no JSON")
    if !route.roles.contains(role) {
      #expect(bare.status == .forbidden)
      #expect(bare.json["error"]?["type"] == "permission_denied")
    } else if let seconds = route.stepUpSeconds {
      #expect(bare.status == .unauthorized)
      #expect(bare.json["error"]?["type"] == "step_up_required")
      #expect(bare.json["error"]?["max_age_seconds"] == .number(Double(seconds)))
    } else {
      #expect(bare.isPastTheDoor, "\(bare.status)")
    }
  }

  @Test(arguments: AdminRoute.all, UserRole.allCases)
  func `a step-up helps who has the role, for a while, and for their own tenant`(route: AdminRoute, role: UserRole)
    async throws
  {
    let token = try await api.token(role.rawValue)
    let limit = route.stepUpSeconds
    for (age, tenant) in [(0, true), ((limit ?? 1) - 1, true), ((limit ?? 0) + 1, true), (0, false)] {
      let stepUp = try await api.stepUpToken(age: age, ofOwnTenant: tenant)
      let answer = try await api.send(route.method, route.examplePath, token: token, stepUp: stepUp, body: "no JSON")
      if !route.roles.contains(role) {
        #expect(answer.status == .forbidden)
      } else if limit != nil, !tenant || age > (limit ?? 0) {
        #expect(answer.json["error"]?["type"] == "step_up_required")
      } else {
        #expect(answer.isPastTheDoor, "\(answer.status)")
      }
    }
  }
}

extension AdminRoute {
  /// The path with an id of the right kind in each place.
  fileprivate var examplePath: String {
    let id = "0190a1b2-0000-7000-8000-000000000001"
    return "/admin/" + path.replacing(":version", with: "1").replacing(":lease_id", with: id).replacing(":id", with: id)
  }
}

extension Answer {
  /// Whether the route itself answered: that the body doesn't fit, that there is no such thing, or that it can't ask.
  var isPastTheDoor: Bool { [400, 404, 409, 503].contains(status.code) }
}
