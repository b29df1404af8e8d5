import CloudKMS
import JSON

/// The ways in which a customer takes their key in Azure away, and gives it back.
enum AzureKillSwitch: String, Sendable, CaseIterable {
  case disableKey, removeRole, closeFirewall, deleteKey, disableApplication

  /// What it looks like from here.
  var reason: KMSFailure.Reason {
    switch self {
    case .disableKey: .keyDisabled
    case .removeRole, .disableApplication: .accessDenied
    case .closeFirewall: .networkDenied
    case .deleteKey: .keyNotFound
    }
  }

  /// Takes the key away from the platform, or gives it back, as it was.
  func set(pulled: Bool, _ vault: CustomerAzureVault) async throws {
    switch self {
    case .disableKey:
      try await vault.administer("enable", ["name": .string(CustomerAzureVault.keyName), "on": .bool(!pulled)])
    case .removeRole: try await vault.grant(!pulled)
    case .closeFirewall: try await vault.administer("firewall", ["on": .bool(pulled)])
    case .deleteKey:
      try await vault.administer("delete", ["name": .string(CustomerAzureVault.keyName), "on": .bool(pulled)])
    case .disableApplication:
      try await vault.azure.administer(
        "enable_application", vault.application.merging(["on": .bool(!pulled)]) { $1 })
    }
  }
}
