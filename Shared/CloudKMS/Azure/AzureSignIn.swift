/// One way into a customer's directory: as an application by its secret, as one that trusts the platform's own identity,
/// or as that identity itself.
struct AzureSignIn: Sendable {
  let application: AzureApplication?
  let directoryID: String
  let vault: AzureVault
  let caller: AzureCaller

  private var platform: AzurePlatform { caller.platform }

  /// A token for the vault, and others of its kind. None is kept but the machine's own: a directory that lets us in no more shows at
  /// once.
  /// - Parameter refreshing: whether the last one was refused.
  func token(refreshing: Bool) async throws(KMSFailure) -> AccessToken {
    if let variable = application?.secretVariable, let clientID = application?.clientID {
      return try await token(of: clientID, by: [("client_secret", try platform.secret(in: variable))])
    }
    guard !refreshing else { return try await tokenByIdentity(refreshing: true) }
    do { return try await tokenByIdentity(refreshing: false) } catch {
      guard error.reason == .platformCredentials, error.stage == .assumeRole else { throw error }
    }
    return try await tokenByIdentity(refreshing: true)
  }

  private func tokenByIdentity(refreshing: Bool) async throws(KMSFailure) -> AccessToken {
    let assertion: String
    if let file = platform.federatedToken {
      assertion = try file.text()
    } else {
      let machine = platform.managedIdentity
      guard application != nil else {
        return try await machine.token(for: vault.resource, refreshing: refreshing, through: caller)
      }
      assertion = try await machine.token(
        for: vault.cloud.exchangeAudience, refreshing: refreshing, through: caller
      ).text
    }
    guard let clientID = application?.clientID ?? platform.clientID else { throw .noAzureClientID }
    return try await token(
      of: clientID,
      by: [
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
      ])
  }

  /// The client credentials flow (Entra ID, "OAuth 2.0 client credentials flow on the Microsoft identity platform").
  private func token(
    of clientID: String, by credential: [(name: String, value: String)]
  ) async throws(KMSFailure) -> AccessToken {
    let form = [
      ("grant_type", "client_credentials"), ("client_id", clientID), ("scope", vault.resource + "/.default"),
    ]
    let now = platform.clock.now()
    return try await caller.signIn(at: vault.cloud.loginHost, "/\(directoryID)/oauth2/v2.0/token", form + credential)
      .token(at: now)
  }
}
