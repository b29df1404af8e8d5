internal import FoundationEssentials
internal import JSON

/// Who the platform is in Azure, as far as it can tell.
public struct AzurePrincipal: Sendable, Hashable {
  /// The application's id, a UUID.
  public let clientID: String?
  /// What the directory calls it, a UUID.
  public let objectID: String?
  /// The directory that it is in, a UUID.
  public let directoryID: String?

  /// Takes the members as they are.
  public init(clientID: String?, objectID: String?, directoryID: String?) {
    self.clientID = clientID
    self.objectID = objectID
    self.directoryID = directoryID
  }
}

extension AzurePlatform {
  /// The application `AZURE_CLIENT_ID` where a federated token is at hand, else the machine's managed identity.
  /// - Parameter use: on whose behalf.
  /// - Throws: `.noCredentials`, `.platformCredentials`, `.unreachable`.
  public func principal(for use: KeyUse) async throws(KMSFailure) -> AzurePrincipal {
    if let federatedToken {
      _ = try federatedToken.text()
      return AzurePrincipal(clientID: clientID, objectID: nil, directoryID: nil)
    }
    let token = try await managedIdentity.token(
      for: AzureCloud.all[0].vaultResource, refreshing: false, through: AzureCaller(platform: self, use: use))
    let claims = Self.claims(of: token)
    return AzurePrincipal(
      clientID: claims?["appid"]?.string, objectID: claims?["oid"]?.string, directoryID: claims?["tid"]?.string)
  }

  /// What a token of the machine's says. Nobody is let in by it, so its signature doesn't matter.
  private static func claims(of token: AccessToken) -> JSONValue? {
    let parts = token.text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3 else { return nil }
    let text = parts[1].replacing("-", with: "+").replacing("_", with: "/")
    guard let data = Data(base64Encoded: text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)) else {
      return nil
    }
    do { return try JSONValue(parsing: Array(data), maximumLength: 16 << 10, maximumDepth: 8) } catch { return nil }
  }
}
