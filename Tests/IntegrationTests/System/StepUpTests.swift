import Foundation
import JSON
import Testing

/// Proving one's presence with one-time codes, and leaving again.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct StepUpTests {
  @Test func `a code proves presence once, and lets its person do what a token alone can't`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let person = try await deployment.makeUser(of: tenant, "ada@example.com")
      let token = try await deployment.signIn(person)
      func post(_ path: String, _ body: JSONValue, stepUp: String? = nil) async throws -> APIAnswer {
        try await deployment.client.send(
          "POST", "/admin/auth/" + path, token: token, body: body.canonicalBytes,
          headers: stepUp.map { ["X-KnoxCall-StepUp": $0] } ?? [:])
      }
      #expect(try await post("step-up", ["totp": "123456"]).status == 401)
      #expect(try await post("totp/confirm", ["totp": "123456"]).status == 401)
      #expect(try await post("totp", ["password": "wrong"]).status == 401)
      let begun = try await post("totp", ["password": .string(person.password)])
      #expect(begun.status == 200, "\(begun.status)")
      let uri = try #require(try begun.json["otpauth_uri"]?.string)
      let drawn = try #require(try begun.json["qr_svg"]?.string)
      #expect(try await QRCodeReader.read(svg: drawn) == uri)
      let authenticator = try OneTimePassword(uri: uri)
      #expect(try await post("step-up", ["totp": .string(authenticator.code())]).status == 401, "not yet confirmed")

      let first = authenticator.code()
      let confirmed = try await post("totp/confirm", ["totp": .string(first)])
      #expect(confirmed.status == 200, "\(confirmed)")
      for used in [first, authenticator.code(offset: -3), authenticator.code(offset: 3)] {
        #expect(try await post("step-up", ["totp": .string(used)]).status == 401)
      }
      let code = authenticator.code(offset: 1)
      let answer = try await post("step-up", ["totp": .string(code)])
      #expect(answer.status == 200, "\(answer.status)")
      #expect(Set(try #require(try answer.json.memberNames)) == ["step_up_token", "issued_at", "expires_at"])
      let stepUp = try #require(try answer.json["step_up_token"]?.string)
      #expect(try await post("step-up", ["totp": .string(code)]).status == 401, "a replay")

      let rotated = try await deployment.client.send(
        "POST", "/admin/tenant-kms/rotate", token: token, headers: ["X-KnoxCall-StepUp": stepUp])
      #expect(rotated.status == 404, "past the step-up: \(rotated)")
      #expect(try rotated.error["type"] == "no_kms_config")
      let password = JSONValue.string(person.password)
      #expect(try await post("totp", ["password": password]).status == 401, "replacing it takes the former")
      #expect(try await post("totp", ["password": password], stepUp: stepUp).status == 200)

      let logs = deployment.api.output
      let dump = try await deployment.dump()
      let secret = try #require(uri.firstMatch(of: /secret=([A-Z2-7]+)/)).1
      for text in [stepUp, String(secret), person.password] {
        #expect(!logs.contains(text), "in the logs")
        #expect(!dump.contains(text), "in the database")
      }
      #expect(dump.contains("user.totp.confirm"))
    }
  }

  @Test func `guessing a code ends, and one person's guesses are no other's`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let person = try await deployment.makeUser(of: tenant, "ada@example.com")
      let other = try await deployment.makeUser(of: tenant, "eve@example.com")
      let authenticator = try await deployment.enrol(person.email)
      let token = try await deployment.signIn(person)
      let wrong = authenticator.code(offset: 100)
      for _ in 0..<5 {
        let answer = try await deployment.client.post("/admin/auth/step-up", token: token, ["totp": .string(wrong)])
        #expect(answer.status == 401)
        #expect(try answer.error["type"] == "authentication_error")
      }
      let body: JSONValue = ["totp": .string(authenticator.code(offset: 1))]
      let locked = try await deployment.client.post("/admin/auth/step-up", token: token, body)
      #expect(locked.status == 429)
      #expect(locked.headers["retry-after"].flatMap { Int($0) }.map { (1...180).contains($0) } == true)
      let others = try await deployment.signIn(other)
      #expect(try await deployment.client.post("/admin/auth/step-up", token: others, body).status == 401)
    }
  }

  @Test func `an operator takes an authenticator that was lost, and with it what its person is signed in to`()
    async throws
  {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      let authenticator = try await deployment.enrol(person.email)
      let token = try await deployment.signIn(person)
      await #expect(throws: Deployment.Failed.self) { try await deployment.enrol(person.email, code: "000000") }
      _ = try await deployment.run(["user", "totp", "remove", "--email", person.email])
      #expect(try await deployment.client.get("/admin/tenant-kms", token: token).status == 401)
      let again = try await deployment.signIn(person)
      let body: JSONValue = ["totp": .string(authenticator.code(offset: 1))]
      #expect(try await deployment.client.post("/admin/auth/step-up", token: again, body).status == 401)
    }
  }

  @Test func `a browser's cookie serves our own pages alone, until its person leaves`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      let answer = try await deployment.login(person.email, person.password)
      let cookie = try #require(answer.headers["set-cookie"])
      for attribute in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/"] { #expect(cookie.contains(attribute)) }
      let pair = try #require(cookie.split(separator: ";").first.map(String.init))
      func send(_ method: String, _ path: String, _ headers: [String: String] = [:]) async throws -> Int {
        try await deployment.client.send(method, path, headers: headers.merging(["Cookie": pair]) { $1 }).status
      }
      #expect(try await send("GET", "/admin/tenant-kms") == 404)
      #expect(try await send("DELETE", "/admin/tenant-kms") == 403)
      let forged = ["X-KnoxCall-CSRF": "1", "Sec-Fetch-Site": "cross-site"]
      #expect(try await send("DELETE", "/admin/tenant-kms", forged) == 403)
      #expect(try await send("DELETE", "/admin/tenant-kms", ["X-KnoxCall-CSRF": "1"]) == 401, "step-up required")
      let token = try #require(try answer.json["token"]?.string)
      let stream = try EventStreamClient.open(deployment.client, token: token)
      _ = try await eventually("the stream to begin") { stream.text.isEmpty ? nil : true }
      #expect(try await send("POST", "/admin/auth/logout") == 403)
      #expect(try await send("POST", "/admin/auth/logout", ["X-KnoxCall-CSRF": "1"]) == 204)
      #expect(try await send("GET", "/admin/tenant-kms") == 401)
      #expect(try await deployment.client.get("/admin/tenant-kms", token: token).status == 401, "the token left too")
      _ = try await eventually("the stream to end", within: .seconds(60)) { stream.isOver ? true : nil }

      let body: JSONValue = ["email": .string(person.email), "password": .string(person.password)]
      let foreign = try await deployment.client.send(
        "POST", "/admin/auth/login", body: body.canonicalBytes, headers: ["Origin": "https://evil.example"])
      #expect(foreign.status == 403)
      #expect(foreign.headers["set-cookie"] == nil)
    }
  }
}

extension Deployment {
  /// Gives a person an authenticator as an operator does; the code of this time step is used up by that.
  @discardableResult
  func enrol(_ email: String, code: String? = nil) async throws -> OneTimePassword {
    let made = try await run(["user", "totp", "enrol", "--email", email])
    let uri = try #require(try JSONValue(parsing: Array(made.utf8))["otpauth_uri"]?.string)
    let authenticator = try OneTimePassword(uri: uri)
    _ = try await run(
      ["user", "totp", "confirm", "--email", email, "--totp", code ?? authenticator.code()])
    return authenticator
  }
}

extension JSONValue {
  /// The names of an object's members; nil where it is none.
  fileprivate var memberNames: [String]? {
    if case .object(let members) = self { Array(members.keys) } else { nil }
  }
}
