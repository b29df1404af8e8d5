internal import FoundationEssentials
internal import HTTPClient
internal import JSON

extension ExternalAccount {
  /// Exchanges a token of elsewhere for one of Google's (RFC 8693, section 2.1), and acts as the service account with it
  /// where one is named.
  func token(through caller: GCPCaller, by supplier: SubjectTokenSupplier) async throws(KMSFailure) -> AccessToken {
    let subjectToken = try await supplier.token(from: source, for: audience, through: caller)
    let federated = try await exchanged(subjectToken, through: caller)
    guard let impersonation else { return federated }
    do throws(KMSFailure) { return try await impersonation.token(by: federated, through: caller) } catch {
      throw error.inStep("impersonating \(impersonation.email) by \(impersonation.url.host)")
    }
  }

  private func exchanged(_ subjectToken: String, through caller: GCPCaller) async throws(KMSFailure) -> AccessToken {
    var body = [UInt8](form: [
      ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"), ("audience", audience),
      ("scope", GCPPlatform.scope), ("requested_token_type", "urn:ietf:params:oauth:token-type:access_token"),
      ("subject_token", subjectToken), ("subject_token_type", tokenType),
    ])
    defer { body.wipe() }
    let now = caller.platform.clock.now()
    do throws(KMSFailure) {
      let response = try await caller.post(
        body, as: "application/x-www-form-urlencoded", to: tokenURL, of: .sts, stage: .credentials)
      return try AccessToken(response, from: .sts, at: now)
    } catch { throw error.inStep("the exchange at \(tokenURL.host) for \(audience)") }
  }
}

extension ExternalAccount.Impersonation {
  fileprivate func token(by federated: AccessToken, through caller: GCPCaller) async throws(KMSFailure) -> AccessToken {
    let body: JSONValue = ["lifetime": .string("\(lifetime)s"), "scope": [.string(GCPPlatform.scope)]]
    let now = caller.platform.clock.now()
    let response = try await caller.post(
      body.canonicalBytes, as: "application/json; charset=utf-8", to: url, of: .impersonation, token: federated,
      stage: .credentials)
    let answer = try GCPAnswer(response, from: .impersonation, stage: .credentials)
    guard let token = AccessToken(try answer.text("accessToken"), expiresAt: now.addingTimeInterval(Double(lifetime)))
    else { throw .garbage("without a token", from: GCPService.impersonation, status: 200, stage: .credentials) }
    return token
  }
}

extension KMSFailure {
  /// - Parameter step: of the token exchange, for the operator.
  fileprivate func inStep(_ step: String) -> KMSFailure {
    var failure = self
    failure.operatorDetail =
      "Of the token exchange's steps, \(step) failed" + (providerCode.map { " with \($0)" } ?? "") + "."
    return failure
  }
}
