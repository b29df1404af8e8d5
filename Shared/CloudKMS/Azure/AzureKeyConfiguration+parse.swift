extension AzureKeyConfiguration {
  /// Reads `{"kms_key_ref","config":{"vault_url","azure_tenant_id","client_id","client_secret_env_var"}}`.
  public init?(reading fields: inout FieldReader) {
    let keyName = fields.azureKeyName()
    guard fields.object("config") else { return nil }
    fields.refuseUnknown(
      except: ["vault_url", "azure_tenant_id", "client_id", "client_secret_env_var"], in: "config")
    let vaultURL = fields.vaultURL(of: keyName)
    let directoryID = fields.optionalUUID("config.azure_tenant_id")
    let clientID = fields.optionalUUID("config.client_id")
    let variable = fields.secretVariable()
    if variable != nil, clientID == nil, fields.reasons["config.client_id"] == nil {
      fields.refuse("config.client_id", "is required with client_secret_env_var")
    }
    guard let keyName, let vaultURL, fields.reasons.isEmpty else { return nil }
    self.init(
      keyName: keyName, vaultURL: vaultURL, directoryID: directoryID,
      application: clientID.flatMap { AzureApplication(clientID: $0, secretVariable: variable) })
  }
}

extension FieldReader {
  fileprivate mutating func azureKeyName() -> AzureKeyName? {
    guard let text = string("kms_key_ref", length: 1...AzureKeyName.maximumLength) else { return nil }
    guard let name = AzureKeyName(text) else {
      refuse(
        "kms_key_ref",
        "must be the identifier of a key in a vault or a managed HSM, without a version: "
          + "https://VAULT.vault.azure.net/keys/NAME or https://HSM.managedhsm.azure.net/keys/NAME")
      return nil
    }
    return name
  }

  fileprivate mutating func vaultURL(of keyName: AzureKeyName?) -> String? {
    guard let text = string("config.vault_url", length: 1...AzureVault.maximumLength) else { return nil }
    guard let vault = AzureVault(url: text) else {
      refuse(
        "config.vault_url",
        "must be the URL of a key vault or a managed HSM: https://VAULT.vault.azure.net or "
          + "https://HSM.managedhsm.azure.net")
      return nil
    }
    if let keyName, keyName.vault != vault { refuse("config.vault_url", "must be the vault in kms_key_ref") }
    return text
  }

  fileprivate mutating func optionalUUID(_ path: String) -> String? {
    guard let text = optionalString(path, length: 1...36) else { return nil }
    guard text.isUUID else {
      refuse(path, "must be a UUID")
      return nil
    }
    return text
  }

  fileprivate mutating func secretVariable() -> String? {
    guard let name = optionalString("config.client_secret_env_var", length: 1...128) else { return nil }
    guard AzureApplication.maySecretBe(in: name) else {
      refuse(
        "config.client_secret_env_var",
        "must be the name of a variable that the service's operator has set: \(AzureApplication.secretPrefix) or "
          + "\(AzureApplication.secretPrefix)_NAME")
      return nil
    }
    return name
  }
}
