internal import HTTPClient

/// What a vault answers to a request without a token: which directory it is in (Key Vault, "Authentication, requests and
/// responses").
struct VaultChallenge: Sendable, Hashable {
  /// The directory's id, a UUID.
  let directoryID: String

  /// Asks a vault.
  /// - Throws: `.unreachable` where the challenge is none, or is for another resource than the vaults of its kind in its
  ///   cloud: a token for that could be used elsewhere.
  init(of keyName: AzureKeyName, through caller: AzureCaller) async throws(KMSFailure) {
    let response = try await caller.ask(keyName.vault, "GET", keyName.path, stage: .assumeRole)
    let status = response.status
    guard let field = response.header("WWW-Authenticate") else {
      // Whatever else it says, such as that its firewall keeps us out.
      _ = try AzureAnswer(response, from: .vault, stage: .assumeRole)
      throw .garbage("without asking for a token", from: AzureService.vault, status: status, stage: .assumeRole)
    }
    guard status == 401, let challenge = VaultChallenge(field, resource: keyName.vault.resource) else {
      throw .garbage(
        "without asking for a token for its own cloud's vaults", from: AzureService.vault, status: status,
        stage: .assumeRole)
    }
    self = challenge
  }

  /// Reads `Bearer authorization="https://login.microsoftonline.com/DIRECTORY", resource="https://vault.azure.net"`; nil
  /// where it is anything else. Where to sign in is not the vault's to say: the host named is passed over.
  init?(_ field: String, resource: String) {
    guard field.utf8.count <= 2048, field.lowercased().hasPrefix("bearer ") else { return nil }
    var parameters: [Substring: Substring] = [:]
    for part in field.dropFirst("bearer ".count).split(separator: ",") {
      let pair = part.drop { $0 == " " }.split(separator: "=", maxSplits: 1)
      guard pair.count == 2, pair[1].count >= 2, pair[1].first == "\"", pair[1].last == "\"",
        parameters.updateValue(pair[1].dropFirst().dropLast(), forKey: pair[0]) == nil
      else { return nil }
    }
    guard parameters["resource"] == Substring(resource),
      let authorization = parameters["authorization"], authorization.hasPrefix("https://")
    else { return nil }
    let path = authorization.dropFirst("https://".count).split(separator: "/", omittingEmptySubsequences: false)
    guard path.count == 2, String(path[1]).isUUID else { return nil }
    directoryID = path[1].lowercased()
  }
}

extension KMSFailure {
  static let otherDirectory = KMSFailure(
    reason: .accessDenied, stage: .assumeRole, isPermanent: true, seal: .now,
    hint: "The vault is in another directory than azure_tenant_id names. Leave azure_tenant_id out, or set it to the "
      + "directory that the vault's overview shows.")
}
