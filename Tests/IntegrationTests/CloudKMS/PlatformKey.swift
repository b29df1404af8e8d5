import CloudKMS
import Foundation
import JSON
import Repository
import Testing

/// A KMS key of the platform's own, which its identity at a cloud may use by itself.
struct PlatformKey: Sendable {
  /// What `OPERATOR_KMS_KEY` names.
  let name: String
  /// The variables that have services run as that identity, where a customer's don't say so already.
  var identity: [String: String] = [:]
  /// This process's standing at the cloud, as the services'.
  let clouds: Clouds
  /// Takes the key away from the platform.
  let pull: @Sendable () async throws -> Void
  /// Gives it back, as it was.
  let restore: @Sendable () async throws -> Void
  /// Takes the identity's right to use the key.
  let deny: @Sendable () async throws -> Void

  /// Makes it wrap.
  var setting: [String: String] { ["OPERATOR_KMS_KEY": name] }

  /// The key, as this process reaches it.
  func key() throws -> any KeyEncryptionKey {
    let reference = try #require(OperatorKeyReference(name))
    return try clouds.key(reference)
  }
}

/// What wraps the keys of tenants that bring none.
struct PlatformWrap: Sendable {
  let method: KeyVersion.WrapMethod
  /// What has services wrap so.
  let settings: [String: String]
  /// Nil where the deployment's own key wraps.
  let key: PlatformKey?
}

extension CustomerCloud {
  /// Lends what wraps the keys of tenants that bring none: under `operatorKMS`, a key of the platform's own in this
  /// customer's cloud.
  func withPlatformWrap(
    _ method: KeyVersion.WrapMethod, _ body: (PlatformWrap) async throws -> Void
  ) async throws {
    guard method == .operatorKMS else { return try await body(PlatformWrap(method: method, settings: [:], key: nil)) }
    try await withPlatformKey { key in
      try await body(
        PlatformWrap(method: method, settings: key.identity.merging(key.setting) { $1 }, key: key))
    }
  }
}

extension CustomerAWSAccount {
  func withPlatformKey(_ body: (PlatformKey) async throws -> Void) async throws {
    let account = StandInAWS.platformAccount
    let made = try await aws.kms(account, "CreateKey", ["KeyUsage": "ENCRYPT_DECRYPT", "KeySpec": "SYMMETRIC_DEFAULT"])
    let arn = try #require(made["KeyMetadata"]?["Arn"]?.string)
    let policy: JSONValue = [
      "Version": "2012-10-17",
      "Statement": [["Effect": "Allow", "Action": ["kms:Encrypt", "kms:Decrypt"], "Resource": .string(arn)]],
    ]
    let user = try #require(platformPrincipalARN.split(separator: "/").last)
    try await aws.iam(
      account, "PutUserPolicy",
      ["UserName": String(user), "PolicyName": "own-key", "PolicyDocument": policy.canonicalText])
    let aws = aws
    try await body(
      PlatformKey(
        name: arn, clouds: clouds,
        pull: { try await aws.kms(account, "DisableKey", ["KeyId": .string(arn)]) },
        restore: { try await aws.kms(account, "EnableKey", ["KeyId": .string(arn)]) },
        deny: {
          try await aws.iam(account, "DeleteUserPolicy", ["UserName": String(user), "PolicyName": "own-key"])
        }))
  }
}

extension CustomerGCPProject {
  func withPlatformKey(_ body: (PlatformKey) async throws -> Void) async throws {
    let project = platformAccount.split(separator: "@")[1].split(separator: ".")[0]
    let name = "projects/\(project)/locations/europe-west3/keyRings/saas/cryptoKeys/tenants"
    try await gcp.administer("key", ["name": .string(name)])
    let grant = { @Sendable (isGranted: Bool) in
      for permission in ["cloudkms.cryptoKeyVersions.useToEncrypt", "cloudkms.cryptoKeyVersions.useToDecrypt"] {
        try await set(permission, of: platformAccount, on: name, granted: isGranted)
      }
    }
    try await grant(true)
    let gcp = gcp
    let state = { @Sendable (state: JSONValue) in
      try await gcp.administer("state", ["name": .string(name), "version": 1, "state": state])
    }
    try await body(
      PlatformKey(
        name: name, clouds: clouds, pull: { try await state("DISABLED") }, restore: { try await state("ENABLED") },
        deny: { try await grant(false) }))
  }
}

extension CustomerAzureVault {
  /// The platform is an application of its own directory there, which trusts whoever vouches for its machine.
  func withPlatformKey(_ body: (PlatformKey) async throws -> Void) async throws {
    let id = UUID().uuidString.lowercased()
    let (directory, client) = (UUID().uuidString.lowercased(), UUID().uuidString.lowercased())
    let host = "saas-\(id.prefix(8)).vault.azure.net"
    let machine = FederatedMachine(issuer: "https://issuer-\(id).example", subject: "system:serviceaccount:saas:api")
    let application: [String: JSONValue] = ["directory": .string(directory), "client_id": .string(client)]
    let vault: [String: JSONValue] = ["vault": .string(host), "name": .string(Self.keyName)]
    try await azure.administer("vault", ["vault": .string(host), "directory": .string(directory)])
    try await azure.administer("key", vault)
    try await azure.administer("application", application)
    try await azure.administer("issuer", machine.publication)
    try await azure.administer("trust", application.merging(machine.claim) { $1 })
    let azure = azure
    let grant = { @Sendable (operation: String) in
      for action in Self.actions {
        try await azure.administer(
          operation, vault.merging(["who": .string(client), "action": .string(action)]) { $1 })
      }
    }
    try await grant("grant")
    let token = FileManager.default.temporaryDirectory.appending(path: "federated-\(id)")
    try Data(machine.token().utf8).write(to: token)
    defer { try? FileManager.default.removeItem(at: token) }
    let enable = { @Sendable (on: Bool) in
      _ = try await azure.administer("enable", vault.merging(["on": .bool(on)]) { $1 })
    }
    try await body(
      PlatformKey(
        name: "https://\(host)/keys/\(Self.keyName)",
        identity: ["AZURE_FEDERATED_TOKEN_FILE": token.path(), "AZURE_CLIENT_ID": client],
        clouds: Clouds([
          AzurePlatform(
            transport: azure.client, federatedTokenFile: token.path(), clientID: client, endpoint: azure.endpoint
          ) { _ in nil }
        ]),
        pull: { try await enable(false) }, restore: { try await enable(true) }, deny: { try await grant("revoke") }))
  }
}
