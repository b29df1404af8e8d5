import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct SecretStoreTests {
  @Test func `a secret and its value come back as they were stored`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret(
        id: UUID(), name: "DATABASE_PASSWORD", type: "basic_auth", baseEnvironment: "staging", collectionID: UUID(),
        expiresAt: MigratedDatabase.now.addingTimeInterval(0.25), isExpiryStrict: true, createdAt: MigratedDatabase.now)
      let value = EncryptedValue.sample()
      try await database.secrets.create(secret, value: value, of: tenantID)

      let found = try #require(try await database.secrets.secret(secret.id, of: tenantID))
      #expect(found.secret == secret)
      #expect(found.environments.map(\.name) == ["staging"])
      #expect(found.environments.map(\.valueVersion) == [1])
      #expect(found.environments.map(\.updatedAt) == [MigratedDatabase.now])
      #expect(try await database.secrets.value(of: secret.id, in: "staging", of: tenantID) == value)
      #expect(try await database.secrets.value(of: secret.id, in: "production", of: tenantID) == nil)
    }
  }

  @Test func `secrets asked for at the same time are each answered with their own`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let (mine, theirs) = (["A", "B", "C"].map { Secret.sample($0) }, Secret.sample("A"))
      for secret in mine { try await database.secrets.create(secret, value: .sample(), of: tenantID) }
      try await database.secrets.create(theirs, value: .sample(), of: other)
      let store = database.secrets
      let asked = (mine + [theirs, Secret.sample("MISSING")]).flatMap { Array(repeating: $0, count: 10) }
      let found = try await withThrowingTaskGroup(of: (Secret, found: Secret?, environments: [String]?).self) { tasks in
        for secret in asked {
          tasks.addTask {
            let found = try await store.secret(secret.id, of: tenantID)
            return (secret, found?.secret, found?.environments.map(\.name))
          }
        }
        return try await tasks.reduce(into: []) { $0.append($1) }
      }
      #expect(found.count == 50)
      for (secret, answer, environments) in found {
        let isMine = mine.contains(secret)
        #expect(answer == (isMine ? secret : nil))
        #expect(environments == (isMine ? [secret.baseEnvironment] : nil))
      }
    }
  }

  @Test func `a tenant sees nothing of another's`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      #expect(try await database.secrets.secret(secret.id, of: other) == nil)
      #expect(try await database.secrets.value(of: secret.id, in: "production", of: other) == nil)
      #expect(try await database.secrets.page(of: other, offset: 0, limit: 10).total == 0)
      try await database.secrets.create(.sample("NAME"), value: .sample(), of: other)
    }
  }

  @Test func `a name is taken once in a tenant, and a second leaves nothing behind`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
      await database.expectUnchanged(by: .nameTaken) {
        try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
      }
    }
  }

  @Test func `a value under a version that isn't active is refused`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      try await database.onboard(tenantID)
      for version in [0, 2] as [Int32] {
        await database.expectUnchanged(by: .keyVersionMoved) {
          try await database.secrets.create(.sample("NAME"), value: .sample(under: version), of: tenantID)
        }
      }
      await database.expectUnchanged(by: .noSuchTenant) {
        try await database.secrets.create(.sample("NAME"), value: .sample(), of: UUID())
      }
    }
  }

  @Test func `pages follow each other, newest first, and know the total`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      for index in 0..<25 {
        let id = UUID.v7(at: MigratedDatabase.now.addingTimeInterval(Double(index)))
        try await database.secrets.create(.sample("S\(index)", id: id), value: .sample(), of: tenantID)
      }
      var names: [String] = []
      for offset in stride(from: 0, to: 40, by: 10) as StrideTo<Int64> {
        let page = try await database.secrets.page(of: tenantID, offset: offset, limit: 10)
        #expect(page.total == 25)
        #expect(page.secrets.allSatisfy { $0.environments == 1 })
        names += page.secrets.map(\.secret.name)
      }
      #expect(names == (0..<25).reversed().map { "S\($0)" })
    }
  }

  @Test func `environments are ordered by name`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      for name in ["staging", "development"] {
        try await database.pool.execute(
          """
          INSERT INTO secret_values (tenant_id, id, secret_id, environment_name, value_version, key_version,
            wrapped_key, payload)
          SELECT tenant_id, $2, secret_id, $3, value_version, key_version, wrapped_key, payload FROM secret_values
          WHERE tenant_id = $1 AND environment_name = 'production'
          """, [.uuid(tenantID), .uuid(UUID()), .text(name)])
      }
      let found = try #require(try await database.secrets.secret(secret.id, of: tenantID))
      #expect(found.environments.map(\.name) == ["development", "production", "staging"])
      #expect(try await database.secrets.page(of: tenantID, offset: 0, limit: 1).secrets.first?.environments == 3)
    }
  }

  /// Else the value would be written under a version that is being retired, behind the rewrap that starts then.
  @Test func `an onboarding waits for a write under way`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let rival = try await database.database.connect()
      let watcher = try await database.database.connect()
      // The write waits to see whether a rival of the same name commits, with the active version read already.
      try await rival.executeScript("BEGIN")
      try await rival.execute(
        """
        INSERT INTO secrets (tenant_id, id, name, secret_type, base_environment)
        VALUES ($1, $2, 'NAME', 'string', 'production')
        """, [.uuid(tenantID), .uuid(UUID())])
      async let written = outcome {
        try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
      }
      try await watcher.waitUntil("SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'transactionid' AND NOT granted")
      async let onboarded = outcome { try await database.onboard(tenantID) }
      try await watcher.waitUntil(
        """
        SELECT count(*) > 0 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
          AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        """)
      try await rival.executeScript("ROLLBACK")
      try await written.get()
      try await database.finish(try await onboarded.get())
      #expect(try await database.rowsByVersion(of: tenantID) == [1: 1])
      await rival.close()
      await watcher.close()
    }
  }

  @Test func `no write that races onboardings escapes the rewraps`() async throws {
    try await MigratedDatabase.with(connections: 12) { database in
      let tenantID = try await database.makeTenant()
      let written = Recorder<Int32>()
      try await withThrowingTaskGroup { group in
        for writer in 0..<6 {
          group.addTask {
            for index in 0..<40 {
              while true {
                let version = try await database.keys.activeVersion(of: tenantID).version
                do {
                  try await database.secrets.create(
                    .sample("W\(writer)_\(index)"), value: .sample(under: version), of: tenantID)
                  written.record(version)
                  break
                } catch let error as RepositoryError where error.code == .keyVersionMoved { continue }
              }
            }
          }
        }
        group.addTask {
          for version in 1...3 as ClosedRange<Int32> {
            let job = try await database.onboard(tenantID, version: version)
            try await database.finish(job)
          }
        }
        try await group.waitForAll()
      }
      #expect(written.all.count == 240)
      #expect(try await database.rowsByVersion(of: tenantID) == [3: 240])
    }
  }
}
