import CloudKMS
import Foundation
import HTTPClient
import JSON

/// A customer with a key in a vault and a directory of their own, and the application in it that the platform is.
///
/// Every instance has names of its own, so that any number of tests can share one stand-in.
struct CustomerAzureVault: CustomerCloud {
  static let actions = ["read", "wrap/action", "unwrap/action"]
  static let keyName = "tenant-kms"

  let azure: StandInAzure
  /// `acme-….vault.azure.net`
  let host: String
  let directoryID = UUID().uuidString.lowercased()
  let clientID = UUID().uuidString.lowercased()
  let secret = "s3cret&\(UUID().uuidString)"
  /// Where the platform's operator has put the secret.
  let variable: String

  /// Sets everything up as a customer would, and lends it.
  static func with(_ body: (CustomerAzureVault) async throws -> Void) async throws {
    let id = UUID().uuidString.prefix(8)
    let vault = CustomerAzureVault(
      azure: StandInAzure(endpoint: StandInAzure.endpoint ?? ""), host: "acme-\(id.lowercased()).vault.azure.net",
      variable: "AZURE_CLIENT_SECRET_\(id)")
    try await vault.administer("vault", ["directory": .string(vault.directoryID)])
    try await vault.administer("key", ["name": .string(keyName)])
    try await vault.azure.administer(
      "application", vault.application.merging(["secret": .string(vault.secret)]) { $1 })
    try await vault.grant(true)
    try await body(vault)
  }

  var application: [String: JSONValue] {
    ["directory": .string(directoryID), "client_id": .string(clientID)]
  }

  var keyReference: String { "https://\(host)/keys/\(Self.keyName)" }

  var candidate: JSONValue {
    ["provider": "azure", "kms_key_ref": .string(keyReference), "config": shownConfiguration]
  }

  /// An onboarding body that leaves out some members of `config`.
  func candidate(without names: Set<String>) -> JSONValue {
    guard case .object(let config) = shownConfiguration else { return .null }
    return [
      "provider": "azure", "kms_key_ref": .string(keyReference),
      "config": .object(config.filter { !names.contains($0.key) }),
    ]
  }

  var shownConfiguration: JSONValue {
    [
      "vault_url": .string("https://\(host)"), "azure_tenant_id": .string(directoryID),
      "client_id": .string(clientID), "client_secret_env_var": .string(variable),
    ]
  }

  var settings: [String: String] {
    ["AZURE_ENDPOINT_URL": azure.endpoint, "AZURE_METADATA_HOST": azure.host, variable: secret]
  }

  var killSwitches: [CustomerKillSwitch] {
    AzureKillSwitch.allCases.map { killSwitch in
      CustomerKillSwitch(
        description: killSwitch.rawValue, reason: killSwitch.reason,
        stage: killSwitch == .disableApplication ? .assumeRole : .decrypt,
        pull: { try await killSwitch.set(pulled: true, self) },
        restore: { try await killSwitch.set(pulled: false, self) })
    }
  }

  var clouds: Clouds { clouds() }

  func clouds(
    transport: (any HTTPTransport)? = nil, endpoint: String? = nil, federatedTokenFile: String? = nil,
    secret: String? = nil
  ) -> Clouds {
    let known = [variable: secret ?? self.secret]
    return Clouds([
      AzurePlatform(
        transport: transport ?? azure.client, federatedTokenFile: federatedTokenFile, metadataHost: azure.host,
        endpoint: transport == nil ? endpoint ?? azure.endpoint : nil
      ) { known[$0] }
    ])
  }

  /// Does what the vault's owner would.
  @discardableResult
  func administer(_ operation: String, _ members: [String: JSONValue]) async throws -> JSONValue {
    try await azure.administer(operation, members.merging(["vault": .string(host)]) { $1 })
  }

  /// Gives somebody, or the application, the role on the key, or takes it.
  func grant(_ isGranted: Bool, to principal: String? = nil) async throws {
    for action in Self.actions {
      try await administer(
        isGranted ? "grant" : "revoke",
        [
          "who": .string(principal ?? clientID), "name": .string(Self.keyName), "action": .string(action),
        ])
    }
  }
}
