import CloudKMS
import JSON

/// What a customer runs in their Azure subscription so that we may use their key.
struct AzureGuide: Sendable {
  /// Whom the token is for that we show to an application that trusts us; the sovereign clouds have their own.
  static let audience = "api://AzureADTokenExchange"

  let principal: AzurePrincipal

  /// As the API shows it; `VAULT`, `KEY` and `APPLICATION_ID` are theirs.
  var json: JSONValue {
    var members: [String: JSONValue] = [
      "cli": .array(commands.map { .string($0) }), "terraform": .string(terraform),
    ]
    members["client_id"] = principal.clientID.map { .string($0) }
    members["object_id"] = principal.objectID.map { .string($0) }
    members["azure_tenant_id"] = principal.directoryID.map { .string($0) }
    return .object(members)
  }

  /// An application of theirs trusts our identity, where its issuer is known; else it has a secret, which goes to the
  /// operator by another way.
  private var commands: [String] {
    var commands = ["az ad app create --display-name tenant-kms", "az ad sp create --id APPLICATION_ID"]
    if let federation = principal.federation {
      let credential: JSONValue = [
        "name": "tenant-kms", "issuer": .string(federation.issuer), "subject": .string(federation.subject),
        "audiences": [.string(Self.audience)],
      ]
      commands.append(
        "az ad app federated-credential create --id APPLICATION_ID --parameters '\(credential.canonicalText)'")
    } else {
      commands.append("az ad app credential reset --id APPLICATION_ID")
    }
    commands.append(
      "az role assignment create --assignee APPLICATION_ID --role \"Key Vault Crypto User\" "
        + "--scope \"$(az keyvault show --name VAULT --query id --output tsv)/keys/KEY\"")
    return commands
  }
}
