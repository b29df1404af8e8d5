import HTTPTypes
import Hummingbird
import JSON
import Repository
import Testing

@testable import onboarding_api

/// The document is what clients believe: it must say what the code does.
@Suite struct OpenAPIDocumentTests {
  let api = RouterTests()

  /// Every operation of the document, as `GET /path`.
  static func operations() throws -> [String: JSONValue] {
    var found: [String: JSONValue] = [:]
    for (path, methods) in try OpenAPIDocument.json["paths"]?.members ?? [:] {
      for (method, operation) in methods.members { found["\(method.uppercased()) \(path)"] = operation }
    }
    return found
  }

  @Test func `every route is in the document, and nothing else`() async throws {
    // The pages for browsers are no part of the API.
    let areas = ["/v1/", "/admin/", "/agent/", "/healthz", "/readyz", "/metrics", "/openapi.json"]
    let served = try await api.router().routes.filter { route in areas.contains { "\(route.path)".hasPrefix($0) } }
      .map { "\($0.method) \($0.path)" }
    #expect(Set(served).symmetricDifference(try Self.operations().keys) == [])
  }

  @Test func `it is served as it is, to whoever asks`() async throws {
    let answer = try await api.send(.get, "/openapi.json")
    #expect(answer.status == .ok)
    #expect(answer.headers[.contentType] == "application/json")
    #expect(answer.json == (try OpenAPIDocument.json))
    #expect(answer.json["openapi"] == "3.1.0")
  }

  @Test func `every reference leads somewhere, every component is used, and every operation has a name of its own`()
    throws
  {
    let document = try OpenAPIDocument.json
    let references = Set(document.references)
    for reference in references {
      let target = reference.dropFirst(2).split(separator: "/").reduce(Optional(document)) { $0?[String($1)] }
      #expect(reference.hasPrefix("#/") && target != nil, "\(reference)")
    }
    for kind in ["schemas", "parameters", "responses", "headers"] {
      let defined = document["components"]?[kind]?.members.keys.map { "#/components/\(kind)/\($0)" } ?? []
      #expect(Set(defined).subtracting(references) == [])
    }
    let names = try Self.operations().values.map { $0["operationId"]?.string }
    #expect(!names.contains(nil))
    #expect(Set(names).count == names.count)
  }

  @Test(arguments: TenantRoute.allCases)
  func `a tenant's route says the scope that it takes, and takes an idempotency key if it changes anything`(
    route: TenantRoute
  ) throws {
    let line = route.line
    let operation = try #require(try Self.operations()["\(line.method) /v1/\(line.path.inDocument)"])
    #expect(operation["security"] == [["apiKey": [.string(line.scope.rawValue)]]])
    let takesKey = operation["parameters"]?.elements.contains { $0["$ref"] == "#/components/parameters/IdempotencyKey" }
    #expect((takesKey ?? false) == (line.method != .get))
  }

  @Test(arguments: AdminRoute.all)
  func `an admin's route says whether it takes a step-up`(route: AdminRoute) throws {
    let operation = try #require(try Self.operations()["\(route.method) /admin/\(route.path.inDocument)"])
    let schemes = operation["security"]?.elements.map { Set($0.members.keys) } ?? []
    let stepUp: Set<String> = route.stepUpSeconds == nil ? [] : ["stepUp"]
    #expect(schemes == [stepUp.union(["adminToken"]), stepUp.union(["sessionCookie"])])
  }

  @Test func `the bounds are those of the code`() throws {
    let schemas = try #require(try OpenAPIDocument.json["components"]?["schemas"])
    #expect(schemas["SecretType"]?["enum"] == .array(SecretBody.types.map { .string($0) }))
    let value = schemas["NewSecret"]?["properties"]?["value"]
    #expect(value?["maxLength"]?.integer == SecretBody.maximumValueLength)
    // In bytes, of which a character takes up to four: as many as surely fit, or as many of one byte each.
    let bound = PasswordHash.passwordLength.upperBound
    for schema in ["Login", "Password"] {
      let password = schemas[schema]?["properties"]?["password"]
      let short: JSONValue = ["maxLength": .integer(bound / 4)]
      let plain: JSONValue = ["maxLength": .integer(bound), "pattern": "^[ -~]*$"]
      #expect(password?["anyOf"] == [short, plain])
      #expect(password?["description"]?.string?.contains("\(bound) bytes") == true)
    }
    let key = try OpenAPIDocument.json["components"]?["parameters"]?["IdempotencyKey"]?["schema"]
    #expect(key?["maxLength"]?.integer == IdempotencyKey.maximumLength)
    let cookie = try OpenAPIDocument.json["components"]?["securitySchemes"]?["sessionCookie"]?["name"]
    #expect(cookie?.string == SessionCookie.name)
  }

  @Test(arguments: [HTTPRequest.Method.trace, .options, .patch, .head, .connect])
  func `a method that a path doesn't have is answered by those it has`(method: HTTPRequest.Method) async throws {
    let document = try OpenAPIDocument.ours.get()
    for path in try OpenAPIDocument.json["paths"]?.members.keys.sorted() ?? [] {
      let concrete = path.replacing(/\{\w+\}/, with: "0190a1b2-0000-7000-8000-000000000001")
      let allowed = document.methods(at: concrete)
      #expect(!allowed.isEmpty)
      guard !allowed.contains(method) else { continue }
      let answer = try await api.send(method, concrete)
      #expect(answer.status == .methodNotAllowed, "\(method) \(path)")
      #expect(answer.headers[.allow] == allowed.map(\.rawValue).joined(separator: ", "))
    }
    #expect(document.methods(at: "/v1/nothing").isEmpty)
    #expect(document.methods(at: "/admin/tenant-kms/rewrap/limit") == [.get, .put])
  }
}

extension String {
  /// A path of the router's notation in the document's.
  fileprivate var inDocument: String { replacing(/:(\w+)/) { "{\($0.1)}" } }
}

extension JSONValue {
  fileprivate var members: [String: JSONValue] {
    if case .object(let members) = self { members } else { [:] }
  }

  fileprivate var elements: [JSONValue] {
    if case .array(let elements) = self { elements } else { [] }
  }

  /// The target of every `$ref` below this.
  fileprivate var references: [String] {
    (members["$ref"]?.string.map { [$0] } ?? []) + members.values.flatMap(\.references) + elements.flatMap(\.references)
  }
}
