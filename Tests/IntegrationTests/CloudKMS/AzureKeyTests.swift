import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import Testing

/// What customers' keys in Azure have of their own, as a stand-in plays it that Microsoft's clients have been tried on.
@Suite(.enabled(if: StandInAzure.endpoint != nil, "TENANT_KMS_TEST_AZURE_ENDPOINT names no stand-in"))
struct AzureKeyTests {
  private let tenantID = UUID()
  private var context: EncryptionContext { EncryptionContext(tenantID: tenantID, keyVersion: 1) }
  private let secret = SecretBytes.random(count: 32)

  private func failure(_ body: () async throws -> Void) async throws -> KMSFailure? {
    do {
      try await body()
      return nil
    } catch let error as KMSFailure { return error }
  }

  private func verify(_ vault: CustomerAzureVault, _ clouds: Clouds? = nil) async throws -> VerificationReport {
    var policy = VerificationPolicy()
    policy.patience = .zero
    return try await KeyVerifier(clouds: clouds ?? vault.clouds, policy: policy).verify(
      KMSCandidate.parse(vault.candidate), tenantID: tenantID, keyVersion: 1, deadline: Date() + 30)
  }

  @Test func `the version that wrapped is recorded, and unwraps after a rotation`() async throws {
    try await CustomerAzureVault.with { vault in
      let wrapped = try await vault.key().wrap(secret, context: context)
      #expect(wrapped.keyReference.hasPrefix(vault.keyReference + "/"))
      let version = try await vault.administer("rotate", ["name": .string(CustomerAzureVault.keyName)])
      #expect(try await vault.key().unwrap(wrapped, context: context) == secret)
      let second = try await vault.key().wrap(secret, context: context)
      #expect(second.keyReference == vault.keyReference + "/" + (version["version"]?.string ?? ""))
      #expect(try await vault.key().unwrap(second, context: context) == secret)
    }
  }

  /// Such a key wraps: without unwrapping, a check would find nothing wrong with it.
  @Test func `a key that is disabled is found to be by a verification`() async throws {
    try await CustomerAzureVault.with { vault in
      try await AzureKillSwitch.disableKey.set(pulled: true, vault)
      let found = try await failure { _ = try await verify(vault) }
      #expect(found?.reason == .keyDisabled)
      #expect(found?.stage == .decrypt)
    }
  }

  @Test func `what was tampered with does not unwrap`() async throws {
    try await CustomerAzureVault.with { vault in
      var wrapped = try await vault.key().wrap(secret, context: context)
      wrapped.ciphertext[20] ^= 1
      let found = try await failure { _ = try await vault.key().unwrap(wrapped, context: context) }
      #expect(found?.reason == .integrity)
      #expect(found?.seal == .now)
    }
  }

  @Test func `a key that is absent or of the wrong type is refused`() async throws {
    try await CustomerAzureVault.with { vault in
      try await vault.administer("key", ["name": .string(CustomerAzureVault.keyName), "kind": "EC"])
      let wrong = try await failure { _ = try await verify(vault) }
      #expect(wrong?.reason == .wrongKeyType)
      #expect(wrong?.stage == .encrypt)
      try await AzureKillSwitch.deleteKey.set(pulled: true, vault)
      let absent = try await failure { _ = try await verify(vault) }
      #expect(absent?.reason == .keyNotFound)
      #expect(absent?.stage == .encrypt)
    }
  }

  @Test func `a secret that is wrong or has expired is ours to mend`() async throws {
    try await CustomerAzureVault.with { vault in
      let wrong = try await failure { _ = try await verify(vault, vault.clouds(secret: "wrong")) }
      #expect(wrong?.reason == .platformCredentials)
      #expect(wrong?.seal == .untilTTL)
      #expect(wrong?.providerCode == "AADSTS7000215")
      try await vault.azure.administer(
        "secret", vault.application.merging(["secret": .string(vault.secret), "expired": true]) { $1 })
      let expired = try await failure { _ = try await verify(vault) }
      #expect(expired?.reason == .platformCredentials)
      #expect(expired?.providerCode == "AADSTS7000222")
    }
  }

  @Test func `an application that nobody has registered, and a vault of another directory, are refused`() async throws {
    try await CustomerAzureVault.with { vault in
      try await CustomerAzureVault.with { other in
        guard case .object(var config) = vault.shownConfiguration else { return }
        config["client_id"] = .string(other.clientID)
        let body: JSONValue = [
          "provider": "azure", "kms_key_ref": .string(vault.keyReference), "config": .object(config),
        ]
        let key = try vault.clouds.key(KMSCandidate.parse(body))
        let unknown = try await failure { _ = try await key.wrap(secret, context: context) }
        #expect(unknown?.reason == .accessDenied)
        #expect(unknown?.providerCode == "AADSTS700016")
        config["azure_tenant_id"] = .string(other.directoryID)
        let elsewhere = try vault.clouds.key(
          KMSCandidate.parse([
            "provider": "azure", "kms_key_ref": .string(vault.keyReference), "config": .object(config),
          ]))
        let refused = try await failure { _ = try await elsewhere.wrap(secret, context: context) }
        #expect(refused?.reason == .accessDenied)
        #expect(refused?.stage == .assumeRole)
      }
    }
  }

  /// A client that finds Microsoft's hosts at the stand-in, over TLS and by their own names.
  private func client(_ vault: CustomerAzureVault, authority: String?) throws -> HTTPClient {
    let port = try #require(StandInAzure.tlsPort)
    var configuration = HTTPClientConfiguration()
    configuration.certificateAuthorities = authority
    configuration.connectTo = [vault.host, "login.microsoftonline.com", "acme.vault.azure.cn"].map {
      "\($0):443:127.0.0.1:\(port)"
    }
    return HTTPClient(configuration: configuration)
  }

  @Test func `over TLS the hosts are who they say`() async throws {
    try await CustomerAzureVault.with { vault in
      let authority: String = try #require(StandInAzure.authority)
      let client = try client(vault, authority: authority)
      let key = try vault.clouds(transport: client).key(KMSCandidate.parse(vault.candidate))
      let wrapped = try await key.wrap(secret, context: context)
      #expect(try await key.unwrap(wrapped, context: context) == secret)
      await client.shutdown()
    }
  }

  @Test func `over TLS a host of an unknown issuer, or of another name, is refused`() async throws {
    try await CustomerAzureVault.with { vault in
      let strangers = try client(vault, authority: nil)
      let unknown = try vault.clouds(transport: strangers).key(KMSCandidate.parse(vault.candidate))
      let issuer = try await failure { _ = try await unknown.wrap(secret, context: context) }
      #expect(issuer?.reason == .unreachable)
      #expect(issuer?.hint.contains("tls") == true)
      await strangers.shutdown()

      let authority: String = try #require(StandInAzure.authority)
      let client = try client(vault, authority: authority)
      let other = try vault.clouds(transport: client).key(
        KMSCandidate.parse([
          "provider": "azure", "kms_key_ref": "https://acme.vault.azure.cn/keys/k",
          "config": ["vault_url": "https://acme.vault.azure.cn"],
        ]))
      let name = try await failure { _ = try await other.wrap(secret, context: context) }
      #expect(name?.reason == .unreachable)
      #expect(name?.hint.contains("tls") == true)
      #expect(name?.seal == .untilTTL)
      await client.shutdown()
    }
  }

  @Test func `where nobody listens nobody seals`() async throws {
    try await CustomerAzureVault.with { vault in
      let key = try vault.clouds(endpoint: "http://127.0.0.1:1").key(KMSCandidate.parse(vault.candidate))
      let found = try await failure { _ = try await key.wrap(secret, context: context) }
      #expect(found?.reason == .unreachable)
      #expect(found?.seal == .untilTTL)
      #expect(found?.stage == .assumeRole)
    }
  }
}
