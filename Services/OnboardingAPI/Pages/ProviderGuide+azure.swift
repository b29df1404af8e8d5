extension ProviderGuide {
  /// An application in the customer's directory that we sign in as, and a role of its on a key (Key Vault, "Provide access
  /// with Azure role-based access control").
  static var azure: ProviderGuide {
    ProviderGuide(
      provider: "azure", name: "Azure Key Vault", place: "your Azure subscription", unknown: nil, facts: [],
      steps: [
        Step(
          id: "azure-application", title: "An application that we sign in as",
          why:
            "It is one of your directory's. Hand its secret to this service's operator by another way: the form takes "
            + "the name of the variable that the operator keeps it in.",
          text: """
            az ad app create --display-name tenant-kms --query appId --output tsv
            az ad sp create --id APPLICATION_ID
            az ad app credential reset --id APPLICATION_ID
            """),
        Step(
          id: "azure-grant", title: "The key, and a role on it",
          why:
            "It may wrap and unwrap with that key, and nothing else. To take our access away at once, disable the key: "
            + "that a role is gone may take Azure half an hour to notice.",
          text: """
            az keyvault key create --vault-name VAULT --name KEY \\
              --kty RSA --size 3072 --ops wrapKey unwrapKey
            az role assignment create --assignee APPLICATION_ID \\
              --role "Key Vault Crypto User" \\
              --scope "$(az keyvault show --name VAULT --query id --output tsv)/keys/KEY"
            """),
      ],
      fields: [
        Field(
          name: "kms_key_ref", label: "Key identifier", placeholder: "https://….vault.azure.net/keys/…", length: 320),
        Field(name: "config.vault_url", label: "Vault URL", placeholder: "https://….vault.azure.net", length: 128),
        Field(
          name: "config.client_id", label: "Application (client) ID",
          placeholder: "00000000-0000-0000-0000-000000000000", length: 36, isRequired: false),
        Field(
          name: "config.client_secret_env_var", label: "Variable that holds its secret",
          placeholder: "AZURE_CLIENT_SECRET_ACME", length: 128, isRequired: false),
        Field(
          name: "config.azure_tenant_id", label: "Directory (tenant) ID, to insist on it",
          placeholder: "00000000-0000-0000-0000-000000000000", length: 36, isRequired: false),
      ])
  }
}
