import CloudKMS

extension AzureGuide {
  /// The same as Terraform has it (`hashicorp/azuread`, `hashicorp/azurerm`); the key is a variable.
  var terraform: String {
    """
    variable "key_vault_id" {
      type        = string
      description = "The resource ID of the vault: /subscriptions/…/providers/Microsoft.KeyVault/vaults/VAULT."
    }

    variable "key_name" {
      type        = string
      description = "The RSA key in it that wraps this tenant's master keys."
    }

    resource "azuread_application" "tenant_kms" {
      display_name = "tenant-kms"
    }

    resource "azuread_service_principal" "tenant_kms" {
      client_id = azuread_application.tenant_kms.client_id
    }

    \(credential)

    resource "azurerm_role_assignment" "tenant_kms" {
      scope                = "${var.key_vault_id}/keys/${var.key_name}"
      role_definition_name = "Key Vault Crypto User"
      principal_id         = azuread_service_principal.tenant_kms.object_id
    }

    output "client_id" {
      value = azuread_application.tenant_kms.client_id
    }
    """
  }

  /// How we sign in as the application: by its trust in our identity, else by a secret.
  private var credential: String {
    guard let federation = principal.federation else {
      return """
        resource "azuread_application_password" "tenant_kms" {
          application_id = azuread_application.tenant_kms.id
        }

        output "client_secret" {
          value     = azuread_application_password.tenant_kms.value
          sensitive = true
        }
        """
    }
    return """
      resource "azuread_application_federated_identity_credential" "tenant_kms" {
        application_id = azuread_application.tenant_kms.id
        display_name   = "tenant-kms"
        issuer         = "\(federation.issuer)"
        subject        = "\(federation.subject)"
        audiences      = ["\(Self.audience)"]
      }
      """
  }
}
