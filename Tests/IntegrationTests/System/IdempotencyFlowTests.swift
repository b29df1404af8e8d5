import Foundation
import JSON
import Postgres
import Testing

/// Calls that are sent more than once, to a running service.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot, .timeLimit(.minutes(3))) struct IdempotencyFlowTests {
  @Test func `a repeated call happens once and is answered alike, whatever became of the world`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let first = try await deployment.createAgent(for: tenant, key: "one")
      #expect(first.status == 201)
      #expect(first.headers["idempotent-replayed"] == nil)
      let again = try await deployment.createAgent(for: tenant, key: "one")
      #expect(again.status == 201)
      #expect(again.text == first.text)
      #expect(again.headers["idempotent-replayed"] == "true")
      #expect(again.headers["content-type"] == "application/json")
      #expect(again.headers["x-request-id"] != first.headers["x-request-id"])
      let id = try #require(try first.json["data"]?["id"]?.string)
      for _ in 0..<2 {
        let gone = try await deployment.client.send(
          "DELETE", "/v1/agents/\(id)", token: tenant.apiKey, headers: ["X-Idempotency-Key": "two"])
        #expect(gone.status == 200)
      }
      #expect(try await deployment.createAgent(for: tenant, key: "one").text == first.text)
      #expect(try await deployment.agents(of: tenant) == 1)
      try await deployment.expectNotStored(try #require(try first.json["data"]?["agent_secret"]?.string))
    }
  }

  @Test func `a key is one request's`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      #expect(try await deployment.createAgent(for: tenant, key: "one").status == 201)
      let other = try await deployment.createAgent(for: tenant, key: "one", name: "other")
      #expect(other.status == 409)
      #expect(try other.error["type"] == "idempotency_conflict")
      let elsewhere = try await deployment.client.send(
        "POST", "/v1/secrets", token: tenant.apiKey, body: Array(#"{"name":"agent"}"#.utf8),
        headers: ["Idempotency-Key": "one"])
      #expect(try elsewhere.error["type"] == "idempotency_conflict")
      let neighbour = try await deployment.makeTenant()
      #expect(try await deployment.createAgent(for: neighbour, key: "one", name: "other").status == 201)
      #expect(try await deployment.agents(of: tenant) == 1)
      let malformed = try await deployment.createAgent(for: tenant, key: "a b")
      #expect(malformed.status == 400)
      #expect(try malformed.error["fields"]?["Idempotency-Key"] != nil)
    }
  }

  @Test func `a client's mistake is remembered too, and values are compared without being kept`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let body = Array(#"{"name":"N","value":"canary-5f1d"}"#.utf8)
      func create(_ key: String) async throws -> APIAnswer {
        try await deployment.client.send(
          "POST", "/v1/secrets", token: tenant.apiKey, body: body, headers: ["Idempotency-Key": key])
      }
      let made = try await create("one")
      #expect(made.status == 201)
      let taken = try await create("two")
      #expect(taken.status == 409)
      let id = try #require(try made.json["data"]?["id"]?.string)
      let deletion = ["Idempotency-Key": "three"]
      for replayed in [nil, "true"] {
        let deleted = try await deployment.client.send(
          "DELETE", "/v1/secrets/\(id)", token: tenant.apiKey, headers: deletion)
        #expect(deleted.status == 204)
        #expect(deleted.text.isEmpty)
        #expect(deleted.headers["idempotent-replayed"] == replayed)
      }
      #expect(try await create("two").text == taken.text)
      #expect(try await create("one").text == made.text)
      #expect(try await create("four").status == 201)
      try await deployment.expectNotStored("canary-5f1d")
    }
  }

  @Test func `of many at once one happens; the others are told to wait, or what it came to`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let answers = Recorder<APIAnswer>()
      try await withThrowingTaskGroup { group in
        for _ in 0..<24 {
          group.addTask { answers.record(try await deployment.createAgent(for: tenant, key: "one")) }
        }
        try await group.waitForAll()
      }
      let made = answers.all.filter { $0.status == 201 }
      #expect(Set(made.map(\.text)).count == 1)
      for answer in answers.all where answer.status != 201 {
        #expect(answer.status == 409)
        #expect(try answer.error["type"] == "conflict")
        #expect(answer.headers["retry-after"] == "1")
      }
      #expect(try await deployment.agents(of: tenant) == 1)
    }
  }
}

extension Deployment {
  fileprivate func createAgent(for tenant: Tenant, key: String, name: String = "agent") async throws -> APIAnswer {
    try await client.send(
      "POST", "/v1/agents", token: tenant.apiKey, body: JSONValue.object(["name": .string(name)]).canonicalBytes,
      headers: ["Idempotency-Key": key])
  }

  fileprivate func agents(of tenant: Tenant) async throws -> Int {
    guard case .array(let agents)? = try await client.get("/v1/agents", token: tenant.apiKey).json["data"] else {
      return -1
    }
    return agents.count
  }

  /// That no remembered call holds a text.
  fileprivate func expectNotStored(_ text: String) async throws {
    let connection = try await database.connect()
    let rows = try await connection.execute(
      """
      SELECT count(*) FILTER (WHERE position(convert_to($1, 'UTF8') IN answer) > 0) AS found, count(*) AS all_of_them
      FROM idempotency_keys
      """, [.text(text)])
    #expect(try rows[0].get("found", as: Int64.self) == 0)
    #expect(try rows[0].get("all_of_them", as: Int64.self) > 0)
    await connection.close()
  }
}
