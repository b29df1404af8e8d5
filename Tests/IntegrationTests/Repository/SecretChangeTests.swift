import Foundation
import Postgres
import Repository
import Testing

@Suite(.enabled(if: TestDatabase.isAvailable), .timeLimit(.minutes(1)))
struct SecretChangeTests {
  @Test func `a write replaces the value in its row and moves its version by one`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      let first = EncryptedValue.sample()
      try await database.secrets.create(secret, value: first, of: tenantID)
      let later = MigratedDatabase.now.addingTimeInterval(60)
      let written = try await database.setValue(of: secret.id, of: tenantID, at: later, payload: [7])
      #expect(written?.name == "NAME")
      #expect(written?.environment == "production")
      #expect(written?.valueVersion == 2)
      let stored = try #require(try await database.secrets.value(of: secret.id, in: "production", of: tenantID))
      #expect(stored.id == first.id)
      #expect(stored.valueVersion == 2)
      #expect(stored.payload == [7])
      let environments = try await database.secrets.secret(secret.id, of: tenantID)?.environments
      #expect(environments?.map(\.updatedAt) == [later])
    }
  }

  @Test func `an environment comes into being with its first value`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      #expect(try await database.setValue(of: secret.id, in: "staging", of: tenantID)?.valueVersion == 1)
      #expect(try await database.setValue(of: secret.id, in: "staging", of: tenantID)?.valueVersion == 2)
      let environments = try await database.secrets.secret(secret.id, of: tenantID)?.environments
      #expect(environments?.map(\.name) == ["production", "staging"])
      #expect(environments?.map(\.valueVersion) == [1, 2])
    }
  }

  @Test func `a rewrap doesn't move the version of a value`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      try await database.setValue(of: secret.id, of: tenantID)
      try await database.finish(try await database.onboard(tenantID))
      let stored = try await database.secrets.value(of: secret.id, in: "production", of: tenantID)
      #expect(stored?.valueVersion == 2)
      #expect(stored?.keyVersion == 1)
    }
  }

  @Test func `a write under a version that isn't active, or to another's secret, changes nothing`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let other = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      try await database.onboard(tenantID)
      await database.expectUnchanged(by: .keyVersionMoved) {
        try await database.setValue(of: secret.id, of: tenantID, under: 0)
      }
      let before = try await database.fingerprint()
      #expect(try await database.setValue(of: secret.id, of: other) == nil)
      #expect(try await database.setValue(of: UUID(), of: tenantID, under: 1) == nil)
      #expect(try await !database.secrets.delete(secret.id, of: other, at: MigratedDatabase.now))
      #expect(try await database.fingerprint() == before)
    }
  }

  @Test func `deleting takes every value along, and the name is free again`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      try await database.setValue(of: secret.id, in: "staging", of: tenantID)
      #expect(try await database.secrets.delete(secret.id, of: tenantID, at: MigratedDatabase.now))
      #expect(try await !database.secrets.delete(secret.id, of: tenantID, at: MigratedDatabase.now))
      #expect(try await database.secrets.secret(secret.id, of: tenantID) == nil)
      #expect(try await database.count("SELECT count(*) FROM secret_values") == 0)
      try await database.secrets.create(.sample("NAME"), value: .sample(), of: tenantID)
    }
  }

  @Test func `writes of one value at once each move the version, and the last stands`() async throws {
    try await MigratedDatabase.with { database in
      let tenantID = try await database.makeTenant()
      let secret = Secret.sample("NAME")
      try await database.secrets.create(secret, value: .sample(), of: tenantID)
      let versions = Recorder<Int32>()
      try await withThrowingTaskGroup { group in
        for writer in 0..<20 as Range<UInt8> {
          group.addTask {
            let written = try await database.setValue(of: secret.id, of: tenantID, payload: [writer])
            versions.record(try #require(written?.valueVersion))
          }
        }
        try await group.waitForAll()
      }
      #expect(versions.all.sorted() == Array(2...21))
      #expect(try await database.secrets.value(of: secret.id, in: "production", of: tenantID)?.valueVersion == 21)
    }
  }
}

extension MigratedDatabase {
  @discardableResult
  fileprivate func setValue(
    of id: UUID, in environment: String? = nil, of tenantID: UUID, under version: Int32 = 0, at time: Date = now,
    payload: [UInt8] = [1]
  ) async throws -> (name: String, environment: String, valueVersion: Int32)? {
    try await secrets.setValue(of: id, in: environment, of: tenantID, under: version, at: time) {
      EncryptedValue(
        id: $0, valueVersion: $1, keyVersion: version, wrappedKey: [UInt8](repeating: UInt8(version), count: 69),
        payload: payload)
    }
  }
}
