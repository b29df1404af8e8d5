import CloudKMS
import Foundation
import HTTPClient
import JSON
import Testing

extension Sample {
  static let azureVault = "https://acme-keys.vault.azure.net"
  static let azureKey = azureVault + "/keys/tenant-kms"
  static let directory = "11111111-2222-3333-4444-555555555555"
  static let application = "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"
  static let azureVariable = "AZURE_CLIENT_SECRET_ACME"

  /// An onboarding body with the members of `config` that it always needs.
  static func azureBody(
    keyReference: JSONValue? = .string(azureKey), vaultURL: JSONValue? = .string(azureVault),
    adding others: [String: JSONValue] = [:]
  ) -> JSONValue {
    var config = others
    config["vault_url"] = vaultURL
    var members: [String: JSONValue] = ["provider": "azure", "config": .object(config)]
    members["kms_key_ref"] = keyReference
    return .object(members)
  }

  /// One that names an application with a secret.
  static let azureApplicationBody = azureBody(adding: [
    "azure_tenant_id": .string(directory), "client_id": .string(application),
    "client_secret_env_var": .string(azureVariable),
  ])

  static func azurePlatform(
    _ transport: some HTTPTransport, federatedTokenFile: String? = nil, clientID: String? = nil,
    endpoint: String? = nil, secrets: [String: String] = [azureVariable: "s3cret&"],
    clock: KMSClock = KMSClock(now: { now }, sleep: { _ in })
  ) -> AzurePlatform {
    AzurePlatform(
      transport: transport, federatedTokenFile: federatedTokenFile, clientID: clientID, endpoint: endpoint,
      clock: clock
    ) { secrets[$0] }
  }

  static func azureKEK(_ platform: AzurePlatform, _ body: JSONValue = azureBody()) throws -> any KeyEncryptionKey {
    try Clouds([platform]).key(KMSCandidate.parse(body))
  }
}
