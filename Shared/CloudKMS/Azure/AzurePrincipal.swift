internal import Cryptography
internal import JSON

/// Who the platform is in Azure, as far as it can tell.
public struct AzurePrincipal: Sendable, Hashable {
  /// The application's id, a UUID.
  public let clientID: String?
  /// What the directory calls it, a UUID.
  public let objectID: String?
  /// The directory that it is in, a UUID.
  public let directoryID: String?
  /// Whom a federated credential has to trust, so that an application elsewhere lets it in.
  public let federation: Federation?

  /// Who made the token that is shown, and whom it is of.
  public struct Federation: Sendable, Hashable {
    /// The `iss` of the token: a URL.
    public let issuer: String
    /// Its `sub`.
    public let subject: String

    /// Takes both; nil unless they are of the characters of URLs that mean nothing to a shell or to Terraform.
    public init?(issuer: String, subject: String) {
      guard issuer.hasPrefix("https://"),
        [issuer, subject].allSatisfy({ text in
          (1...600).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0.isAlphanumeric || "-._~:/@+=,".utf8.contains($0) }
        })
      else { return nil }
      self.issuer = issuer
      self.subject = subject
    }
  }

  /// Takes the members as they are. Default: federated as the directory's object, where both are known.
  public init(clientID: String?, objectID: String?, directoryID: String?, federation: Federation? = nil) {
    self.clientID = clientID
    self.objectID = objectID
    self.directoryID = directoryID
    if federation == nil, let objectID, let directoryID {
      self.federation = Federation(issuer: "https://login.microsoftonline.com/\(directoryID)/v2.0", subject: objectID)
    } else {
      self.federation = federation
    }
  }
}

extension AzurePlatform {
  /// The application `AZURE_CLIENT_ID` where a federated token is at hand, else the machine's managed identity.
  /// - Parameter use: on whose behalf.
  /// - Throws: `.noCredentials`, `.platformCredentials`, `.unreachable`.
  public func principal(for use: KeyUse) async throws(KMSFailure) -> AzurePrincipal {
    if let federatedToken {
      let claims = Self.claims(of: try federatedToken.text())
      let federation = claims?["iss"]?.string.flatMap { issuer in
        claims?["sub"]?.string.flatMap { AzurePrincipal.Federation(issuer: issuer, subject: $0) }
      }
      return AzurePrincipal(clientID: clientID, objectID: nil, directoryID: nil, federation: federation)
    }
    let token = try await managedIdentity.token(
      for: AzureCloud.all[0].vaultResource, refreshing: false, through: AzureCaller(platform: self, use: use))
    let claims = Self.claims(of: token.text)
    return AzurePrincipal(
      clientID: claims?["appid"]?.string, objectID: claims?["oid"]?.string, directoryID: claims?["tid"]?.string)
  }

  /// What a token of ours says. Nobody is let in by it, so its signature doesn't matter.
  private static func claims(of token: String) -> JSONValue? {
    let parts = token.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let claims = Base64Alphabet.urls.bytes(of: String(parts[1])) else { return nil }
    do { return try JSONValue(parsing: claims, maximumLength: 16 << 10, maximumDepth: 8) } catch { return nil }
  }
}
