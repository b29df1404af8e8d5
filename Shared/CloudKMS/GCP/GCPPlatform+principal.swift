extension GCPPlatform {
  /// The e-mail address of the platform's own service account: that of the credentials file, else of the machine.
  /// - Parameter use: on whose behalf.
  /// - Throws: `.noCredentials`, `.platformCredentials`, `.unreachable`.
  public func principalEmail(for use: KeyUse) async throws(KMSFailure) -> String {
    let caller = GCPCaller(platform: self, use: use)
    for source in sources {
      if let email = try await source.email(through: caller) { return email }
    }
    throw .noGoogleCredentials(sources.map(\.absence))
  }
}
