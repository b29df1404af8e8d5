import Foundation
import JSON
import Postgres
import Testing

/// Signing in with a password, from the command line that makes the person to the token that their password gives.
@Suite(.enabled(if: Deployment.isPossible), .deploymentSlot) struct SignInTests {
  @Test func `a password gives a token, until the person is disabled or their password changes`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let person = try await deployment.makeUser(of: tenant, "Ada@Example.com", role: "viewer")
      #expect(person.email == "ada@example.com")
      let first = try await deployment.signIn(person)
      #expect(try await deployment.client.get("/admin/tenant-kms", token: first).status == 404)
      #expect(try await deployment.client.post("/admin/tenant-kms", token: first, BadRequestTests.valid).status == 403)

      _ = try await deployment.run(["user", "disable", "--email", person.email])
      #expect(try await deployment.client.get("/admin/tenant-kms", token: first).status == 401)
      #expect(try await deployment.login(person.email, person.password).status == 401)
      _ = try await deployment.run(["user", "enable", "--email", person.email])
      let second = try await deployment.signIn(person)

      let chosen = "a passphrase of one's own"
      let output = try await deployment.run(
        ["user", "set-password", "--email", person.email, "--password-stdin"], input: chosen + "\n")
      #expect(output.isEmpty)
      #expect(try await deployment.client.get("/admin/tenant-kms", token: second).status == 401)
      #expect(try await deployment.login(person.email, person.password).status == 401)
      let third = try await deployment.signIn((person.email, chosen))
      #expect(try await deployment.client.get("/admin/tenant-kms", token: third).status == 404)

      let listed = try await deployment.run(["user", "list", "--tenant", tenant.id.uuidString])
      #expect(try JSONValue(parsing: Array(listed.utf8))["email"] == "ada@example.com")
      await #expect(throws: Deployment.Failed.self) {
        try await deployment.run(
          ["user", "set-password", "--email", person.email, "--password-stdin"], input: "short\n")
      }
      await #expect(throws: Deployment.Failed.self) { try await deployment.makeUser(of: tenant, person.email) }
      await #expect(throws: Deployment.Failed.self) { try await deployment.run(["user", "disable", "--email", "a@b"]) }

      let logs = deployment.api.output
      let dump = try await deployment.dump()
      for secret in [person.password, chosen, first, second, third] {
        #expect(!logs.contains(secret), "in the logs")
        #expect(!dump.contains(secret), "in the database")
      }
      #expect(logs.contains("signed in"))
    }
  }

  @Test func `nothing tells which part was wrong, and guessing ends`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let tenant = try await deployment.makeTenant()
      let person = try await deployment.makeUser(of: tenant, "ada@example.com")
      let before = try await deployment.fingerprint()
      var messages: Set<JSONValue?> = []
      for email in [person.email, "nobody@example.com"] {
        for _ in 0..<5 {
          let answer = try await deployment.login(email, "wrong")
          #expect(answer.status == 401)
          #expect(try answer.error["type"] == "authentication_error")
          messages.insert(try answer.error["message"])
        }
        for password in ["wrong", person.password] {
          let answer = try await deployment.login(email, password)
          #expect(answer.status == 429, "\(answer)")
          #expect(try answer.error["type"] == "rate_limited")
          let seconds = try #require(answer.headers["retry-after"].flatMap { Int($0) })
          #expect((1...180).contains(seconds))
        }
      }
      #expect(messages.count == 1)
      #expect(try await deployment.fingerprint() == before)
      #expect(try await !deployment.dump().contains("nobody@example.com"))
      #expect(!deployment.api.output.contains("nobody@example.com"))
    }
  }

  @Test func `one who signs in rightly isn't counted, and doesn't make others wait`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      for _ in 0..<6 {
        #expect(try await deployment.login(person.email, "wrong").status == 401)
        _ = try await deployment.signIn(person)
      }
    }
  }

  @Test func `an operator gives attempts back, so that the right password counts at once`() async throws {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      for _ in 0..<5 { _ = try await deployment.login(person.email, "wrong") }
      #expect(try await deployment.login(person.email, person.password).status == 429)
      #expect(try await deployment.run(["user", "unlock", "--email", person.email]).isEmpty)
      _ = try await deployment.signIn(person)
      #expect(try await deployment.dump().contains("user.unlock"))
      await #expect(throws: Deployment.Failed.self) { try await deployment.run(["user", "unlock", "--email", "a@b"]) }
    }
  }

  /// Made by Python's `hashlib.scrypt(b"a passphrase of old", salt=b"NaClNaCl", n=16, r=1, p=1, dklen=32)`.
  @Test func `a hash that costs what hashes did once is made anew at a sign-in, and not for a wrong password`()
    async throws
  {
    try await Deployment.with(verifies: false, workers: 0) { deployment in
      let person = try await deployment.makeUser(of: try await deployment.makeTenant(), "ada@example.com")
      let connection = try await deployment.database.connect()
      func stored() async throws -> String {
        try await connection.execute("SELECT password_hash FROM users")[0][0, as: String.self]
      }
      let former = "$scrypt$ln=4,r=1,p=1$TmFDbE5hQ2w$ACDeUDY52x+q27hD3DFDRPUz7KI5QfyICkM6KFWTFXk"
      try await connection.execute("UPDATE users SET password_hash = $1", [.text(former)])
      #expect(try await deployment.login(person.email, person.password).status == 401)
      #expect(try await stored() == former)
      // Of several at once one replaces the hash that the others compared, and all of them were right.
      let old = (email: person.email, password: "a passphrase of old")
      let tokens = try await withThrowingTaskGroup { group in
        for _ in 0..<4 { group.addTask { try await deployment.signIn(old) } }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      let current = try await stored()
      #expect(current.hasPrefix("$scrypt$ln=16,r=8,p=2$"))
      for token in tokens { #expect(try await deployment.client.get("/admin/tenant-kms", token: token).status == 404) }
      _ = try await deployment.signIn(old)
      #expect(try await stored() == current, "one of today's stays")
      #expect(deployment.api.output.contains("password rehashed"))
      await connection.close()
    }
  }

  @Test func `where people sign in elsewhere there is no sign-in here`() async throws {
    let settings = ["ADMIN_JWT_HS256_KEY_B64": "", "ADMIN_JWT_JWKS_URL": "https://issuer.example/keys"]
    try await Deployment.with(settings, verifies: false, workers: 0) { deployment in
      let answer = try await deployment.login("ada@example.com", "wrong")
      #expect(answer.status == 404)
    }
  }
}

extension Deployment {
  /// Makes a person as an operator does; the password is a generated one.
  func makeUser(
    of tenant: Tenant, _ email: String, role: String = "owner"
  ) async throws -> (email: String, password: String) {
    let made = try await run(["user", "create", "--tenant", tenant.id.uuidString, "--email", email, "--role", role])
    let json = try JSONValue(parsing: Array(made.utf8))
    return (try #require(json["email"]?.string), try #require(json["password"]?.string))
  }

  func login(_ email: String, _ password: String) async throws -> APIAnswer {
    let body: JSONValue = ["email": .string(email), "password": .string(password)]
    return try await client.send("POST", "/admin/auth/login", body: body.canonicalBytes)
  }

  /// Signs in and answers the token.
  func signIn(_ person: (email: String, password: String)) async throws -> String {
    let answer = try await login(person.email, person.password)
    #expect(answer.status == 200, "\(answer.status)")
    #expect(try answer.json["token_type"] == "Bearer")
    return try #require(try answer.json["token"]?.string)
  }

  /// Runs `onboarding-api` with this deployment's environment.
  func run(_ arguments: [String], input: String? = nil) async throws -> String {
    try await Self.run(arguments, environment, input: input)
  }
}
