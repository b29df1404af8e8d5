public import JSON

/// A customer's key in a vault, and the application by which the platform signs in to their directory.
public struct AzureKeyConfiguration: KeyConfiguration {
  /// The key.
  public let keyName: AzureKeyName
  /// The vault's URL, as given.
  public let vaultURL: String
  /// The directory, a UUID, where the tenant names it: the vault knows its own.
  public let directoryID: String?
  /// The application; nil where the platform's own identity is known in the directory.
  public let application: AzureApplication?

  /// Creates a configuration; nil unless every part is well-formed and the vault is the key's.
  public init?(
    keyName: AzureKeyName, vaultURL: String, directoryID: String? = nil, application: AzureApplication? = nil
  ) {
    guard AzureVault(url: vaultURL) == keyName.vault, directoryID?.isUUID ?? true else { return nil }
    self.keyName = keyName
    self.vaultURL = vaultURL
    self.directoryID = directoryID
    self.application = application
  }

  /// Reads a stored configuration.
  public init(keyReference: String, configuration: JSONValue) throws(KMSFailure) {
    guard let keyName = AzureKeyName(keyReference), let vaultURL = configuration["vault_url"]?.string else {
      throw .damagedConfiguration
    }
    var application: AzureApplication?
    if let clientID = configuration["client_id"]?.string {
      application = AzureApplication(
        clientID: clientID, secretVariable: configuration["client_secret_env_var"]?.string)
      guard application != nil else { throw .damagedConfiguration }
    }
    guard
      let stored = Self(
        keyName: keyName, vaultURL: vaultURL, directoryID: configuration["azure_tenant_id"]?.string,
        application: application)
    else { throw .damagedConfiguration }
    self = stored
  }

  /// The key's identifier, without a version.
  public var keyReference: String { keyName.description }

  /// The vault and, if given, directory, application and the name of the secret's variable.
  public var json: JSONValue {
    let members = [
      "vault_url": vaultURL, "azure_tenant_id": directoryID, "client_id": application?.clientID,
      "client_secret_env_var": application?.secretVariable,
    ]
    return .object(members.compactMapValues { $0.map(JSONValue.string) })
  }

  /// The key and its vault.
  public var keySummary: String { "\(keyName.name) in \(keyName.vault.name)" }

  /// The application, if there is one.
  public var accessSummary: String {
    application.map { "signed in as the application \($0.clientID)" } ?? "signed in as the platform's own identity"
  }
}

extension AzureKeyConfiguration: CustomStringConvertible {
  /// Key and application.
  public var description: String { application.map { "\(keyName) through \($0.clientID)" } ?? keyName.description }
}
