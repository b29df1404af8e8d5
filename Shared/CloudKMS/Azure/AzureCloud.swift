/// One of the separate clouds that Microsoft runs, with sign-in, key vaults and managed HSMs of its own (Azure, "National
/// clouds").
struct AzureCloud: Sendable, Hashable {
  /// What the names of its vaults end in: `vault.azure.net`.
  let vaultSuffix: String
  /// What the names of its managed HSMs end in: `managedhsm.azure.net`.
  let hsmSuffix: String
  /// Where applications sign in.
  let loginHost: String
  /// Whom a token is for that an application of another directory may sign in by (Entra ID, "Configure an application to
  /// trust a managed identity").
  let exchangeAudience: String

  static let all = [
    AzureCloud(
      vaultSuffix: "vault.azure.net", hsmSuffix: "managedhsm.azure.net", loginHost: "login.microsoftonline.com",
      exchangeAudience: "api://AzureADTokenExchange"),
    AzureCloud(
      vaultSuffix: "vault.usgovcloudapi.net", hsmSuffix: "managedhsm.usgovcloudapi.net",
      loginHost: "login.microsoftonline.us", exchangeAudience: "api://AzureADTokenExchangeUSGov"),
    AzureCloud(
      vaultSuffix: "vault.azure.cn", hsmSuffix: "managedhsm.azure.cn", loginHost: "login.chinacloudapi.cn",
      exchangeAudience: "api://AzureADTokenExchangeChina"),
  ]

  /// Whom tokens for its vaults are for.
  var vaultResource: String { "https://\(vaultSuffix)" }

  /// Everything that a machine's identity is asked for a token of.
  var resources: [String] { [vaultResource, "https://\(hsmSuffix)", exchangeAudience] }
}
