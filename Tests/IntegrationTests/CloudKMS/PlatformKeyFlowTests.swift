import CloudKMS
import Cryptography
import Foundation
import JSON
import Postgres
import Repository
import Testing

/// A KMS key of the platform's own that wraps the keys of tenants who bring none, the same in every cloud.
@Suite(.enabled(if: Deployment.isPossible && StandInCloud.arePlayed), .deploymentSlot) struct PlatformKeyFlowTests {
  @Test(.serialized, arguments: StandInCloud.allCases)
  func `a tenant moves from the deployment's key to the platform's, its own, and back, with every value intact`(
    _ cloud: StandInCloud
  ) async throws {
    try await cloud.withCustomer { customer in
      try await customer.withPlatformKey { own in
        try await Deployment.with(customer.settings.merging(own.identity) { $1 }) { deployment in
          let tenant = try await deployment.makeTenant()
          let values = try await deployment.makeSecrets(50, for: tenant)
          func expectMoved(
            to version: Int32, _ method: KeyVersion.WrapMethod, _ key: (any KeyEncryptionKey)? = nil,
            sourceLocation: SourceLocation = #_sourceLocation
          ) async throws {
            let job = try await deployment.finishedRewrap(of: tenant)
            #expect(job["status"] == "completed" && job["failed"] == 0, "\(job)", sourceLocation: sourceLocation)
            #expect(try await deployment.revealedSecrets(of: tenant) == values, sourceLocation: sourceLocation)
            let active = try #require(try await deployment.keyVersions(of: tenant).first)
            #expect(active.version == version && active.wrapping.method == method, sourceLocation: sourceLocation)
            guard let key else { return }
            let read = try await deployment.decryptedSecrets(of: tenant, with: key)
            #expect(read.values == values && Set(read.keyVersions) == [version], sourceLocation: sourceLocation)
          }
          let rotate = ["tenant", "rotate", "--tenant", tenant.id.uuidString]
          let line = try await Deployment.run(rotate, deployment.environment.merging(own.setting) { $1 })
          let json = try JSONValue(parsing: Array(line.utf8))
          #expect(json["tenant_id"]?.string == tenant.id.uuidString.lowercased())
          #expect(json["new_version"] == 1 && json["wrap_method"] == "operator_kms", "\(line)")
          try await expectMoved(to: 1, .operatorKMS, own.key())

          try await deployment.onboard(customer.candidate, for: tenant)
          try await expectMoved(to: 2, .customerKMS, customer.key())

          let removed = try await deployment.withSecondAPI(own.setting) { client in
            try await deployment.call("DELETE", "/admin/tenant-kms", of: tenant, by: client)
          }
          #expect(removed.status == 200, "\(removed)")
          try await expectMoved(to: 3, .operatorKMS, own.key())

          // Which key wraps new versions is not asked where old ones are unwrapped.
          _ = try await Deployment.run(rotate, deployment.environment)
          try await expectMoved(to: 4, .global)
          let versions = try await deployment.keyVersions(of: tenant)
          #expect(
            versions.map(\.wrapping.method) == [.global, .operatorKMS, .customerKMS, .operatorKMS, .global])
          let provider = try #require(versions[1].wrapping.provider)
          #expect(provider.name == "operator_kms_\(cloud.rawValue)" && provider.keyReference == own.name)
          #expect(provider.wrappingKey.hasPrefix(own.name))
          for entry in try await deployment.auditEntries(of: tenant) {
            #expect(!entry.details.canonicalText.contains(own.name), "a tenant reads this")
          }
          try await deployment.expectSound(tenant)
        }
      }
    }
  }

  @Test(arguments: StandInCloud.allCases)
  func `the platform's own identity uses the key by its own right, and by nothing else`(
    _ cloud: StandInCloud
  ) async throws {
    try await cloud.withCustomer { customer in
      try await customer.withPlatformKey { own in
        let context = EncryptionContext(tenantID: UUID(), keyVersion: 1)
        let secret = SecretBytes.random(count: 32)
        let wrapped = try await own.key().wrap(secret, context: context)
        #expect(try await own.key().unwrap(wrapped, context: context) == secret)
        let other = EncryptionContext(tenantID: UUID(), keyVersion: 1)
        let foreign = await #expect(throws: KMSFailure.self) { try await own.key().unwrap(wrapped, context: other) }
        #expect(foreign?.reason == .integrity)
        try await own.deny()
        let denied = await #expect(throws: KMSFailure.self) { try await own.key().unwrap(wrapped, context: context) }
        #expect(denied?.reason == .accessDenied)
      }
    }
  }

  /// In Azure alone a key may be brought that opens for the platform's own identity.
  @Test func `nobody brings the platform's own key as theirs`() async throws {
    try await CustomerAzureVault.with { vault in
      try await vault.withPlatformKey { own in
        let settings = vault.settings.merging(own.identity) { $1 }
        let body: JSONValue = [
          "provider": "azure", "kms_key_ref": .string(own.name.replacing("tenant-kms", with: "Tenant-KMS")),
          "config": ["vault_url": .string(String(own.name.split(separator: "/keys/")[0]))],
        ]
        try await Deployment.with(settings.merging(own.setting) { $1 }, workers: 0) { deployment in
          let tenant = try await deployment.makeTenant()
          let before = try await deployment.fingerprint()
          for path in ["/admin/tenant-kms", "/admin/tenant-kms/verify"] {
            let refused = try await deployment.client.post(path, token: tenant.ownerToken, body)
            #expect(refused.status == 400, "\(refused)")
            #expect(try refused.error["fields"]?["kms_key_ref"] == ["is not a key of yours"], "\(refused)")
          }
          #expect(try await deployment.fingerprint() == before)
        }
      }
    }
  }

  @Test(.serialized, arguments: StandInCloud.allCases)
  func `while the platform's key is away nobody is sealed and nothing is lost, and all goes on when it is back`(
    _ cloud: StandInCloud
  ) async throws {
    try await cloud.withCustomer { customer in
      try await customer.withPlatformKey { own in
        let settings = customer.settings.merging(own.identity) { $1 }.merging(own.setting) { $1 }
          .merging(["REWRAP_STALLED_SECONDS": "1"]) { $1 }
        try await Deployment.with(settings) { deployment in
          let (tenant, customers) = (try await deployment.makeTenant(), try await deployment.makeTenant())
          let values = try await deployment.makeSecrets(20, for: tenant)
          try await deployment.onboard(customer.candidate, for: customers)
          _ = try await deployment.finishedRewrap(of: customers)
          let worker = try #require(deployment.workers.first)
          let waits = worker.output.ranges(of: "rewrap waits").count
          try await own.pull()

          // A process that has the key in memory still serves.
          #expect(try await deployment.makeSecret(for: tenant).status == 201)
          try await deployment.withSecondAPI([:]) { client in
            let refused = try await client.post(
              "/v1/secrets", token: tenant.apiKey, ["name": "REFUSED", "value": "v"])
            try expectUnavailable(refused, saying: own)
          }
          let before = try await deployment.keyVersions(of: customers)
          try expectUnavailable(
            try await deployment.call("DELETE", "/admin/tenant-kms", of: customers), saying: own)
          await #expect(throws: Deployment.Failed.self) { try await deployment.makeTenant("unborn") }
          #expect(try await deployment.keyVersions(of: customers) == before)
          _ = try await deployment.configuration(of: customers, "the customer's key, still in its place") { _ in true }
          let unborn = try await deployment.withPool {
            try await $0.execute("SELECT FROM tenants WHERE slug = 'unborn'", [])
          }
          #expect(unborn.isEmpty)
          #expect(try await doctor(of: deployment).contains("failed   platform"))

          // The rewrap has to read what that key wrapped, and so waits.
          _ = try await Deployment.run(
            ["tenant", "rotate", "--tenant", tenant.id.uuidString],
            deployment.environment.merging(["OPERATOR_KMS_KEY": ""]) { $1 })
          _ = try await eventually("the rewrap to wait, and to be carried on and wait again") {
            worker.output.ranges(of: "rewrap waits").count >= waits + 2 ? true : nil
          }
          try await own.restore()

          let job = try await deployment.finishedRewrap(of: tenant)
          #expect(job["status"] == "completed" && job["failed"] == 0 && job["processed"] == 21, "\(job)")
          let revealed = try await deployment.revealedSecrets(of: tenant)
          #expect(values.allSatisfy { revealed[$0.key] == $0.value } && revealed.count == 21)
          #expect(try await deployment.withSecondAPI([:]) { try await $0.makeSecret(for: tenant) }.status == 201)
          let actions = try await deployment.auditEntries(of: tenant).map(\.action)
          #expect(actions.filter { $0 != "secret.reveal" } == ["byok.kms.rotate", "rewrap.complete"])
          #expect(try await Deployment.run(["dead-letters", "list"], deployment.environment) == "")
          #expect(try await doctor(of: deployment).contains("ok       platform"))
          try await deployment.expectSound(tenant)
          try await deployment.expectSound(customers)
        }
      }
    }
  }

  @Test(.serialized, arguments: [FaultProxy.Behaviour.hang, .reset, .answer("garbage")])
  func `a way to the platform's key that is broken is no seal either`(_ fault: FaultProxy.Behaviour) async throws {
    let endpoint = try #require(StandInAWS.endpoint.flatMap(URLComponents.init(string:)))
    let account = try await CustomerAWSAccount.create(on: StandInAWS(endpoint: try #require(endpoint.string)))
    let proxy = try FaultProxy(to: endpoint.port ?? 80)
    defer { proxy.stop() }
    try await account.withPlatformKey { own in
      var settings = own.setting.merging(["KMS_CONNECT_TIMEOUT_SECONDS": "2", "KMS_TOTAL_TIMEOUT_SECONDS": "2"]) { $1 }
      settings["AWS_ENDPOINT_URL"] = "http://127.0.0.1:\(proxy.port)"
      try await Deployment.with(settings, verifies: false, workers: 0, as: account) { deployment in
        // What made its key was another process.
        let tenant = try await deployment.makeTenant()
        proxy.behave(fault)
        try expectUnavailable(try await deployment.makeSecret(for: tenant), saying: own)
        _ = try await deployment.api.line { $0.contains("the platform's own KMS key doesn't unwrap") }
        proxy.behave(.forward)
        #expect(try await deployment.makeSecret(for: tenant).status == 201)
        #expect(!proxy.sent.contains("AssumeRole"))
        try await deployment.expectSound(tenant)
      }
    }
  }

  /// What it says, whether or not it finds fault: at the clouds that a test isn't about the services are nobody.
  private func doctor(of deployment: Deployment) async throws -> String {
    do { return try await Deployment.run(["doctor"], deployment.environment) } catch let failed as Deployment.Failed {
      return failed.output
    }
  }

  private func expectUnavailable(
    _ answer: APIAnswer, saying own: PlatformKey, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    #expect(answer.status == 503, "\(answer)", sourceLocation: sourceLocation)
    #expect(try answer.error["type"] == "dependency_unavailable", sourceLocation: sourceLocation)
    #expect(answer.headers["retry-after"] == "5", sourceLocation: sourceLocation)
    #expect(!answer.text.contains(own.name), sourceLocation: sourceLocation)
  }
}
