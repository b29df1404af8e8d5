internal import FoundationEssentials
internal import HTTPClient

/// Sends requests to Microsoft's services.
struct AzureCaller: Sendable {
  let platform: AzurePlatform
  let use: KeyUse

  /// Calls a vault with a token, and takes the answer apart.
  /// - Throws: the failure that the answer's error means, or `.unreachable` where no answer came.
  func call(
    _ method: String, _ path: String, of vault: AzureVault, body: [UInt8] = [], token: AccessToken,
    stage: VerificationStage
  ) async throws(KMSFailure) -> AzureAnswer {
    var headers = [HTTPHeader("Authorization", "Bearer \(token.text)")]
    if !body.isEmpty { headers.append(HTTPHeader("Content-Type", "application/json")) }
    let response = try await ask(vault, method, path, headers: headers, body: body, stage: stage)
    // A second reference to the body would have a copy of it wiped, and the key left behind in the original.
    return try AzureAnswer(consume response, from: .vault, stage: stage)
  }

  /// Sends a request to a vault as it is, in the version of its API that this is written for.
  /// - Throws: `.keyNotFound` where the vault's name does not resolve, though its cloud's sign-in answers: then it isn't
  ///   our own resolver that fails.
  func ask(
    _ vault: AzureVault, _ method: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8] = [],
    stage: VerificationStage
  ) async throws(KMSFailure) -> HTTPResponse {
    let request = request(method, vault.host, "\(path)?api-version=7.4", headers: headers, body: body)
    let timeout = try use.timeout(at: platform.clock.now(), for: AzureService.vault, stage: stage)
    do throws(HTTPClientError) { return try await send(request, timeout: timeout) } catch {
      if error.code == .resolve, await answers(vault.cloud.loginHost) { throw .vaultGone(stage: stage) }
      throw KMSFailure(error, from: AzureService.vault, stage: stage)
    }
  }

  /// Has Entra ID answer a form.
  func signIn(
    at host: String, _ path: String, _ form: [(name: String, value: String)]
  ) async throws(KMSFailure) -> AzureAnswer {
    var body = [UInt8](form: form)
    defer { body.wipe() }
    let type = HTTPHeader("Content-Type", "application/x-www-form-urlencoded")
    let timeout = try use.timeout(at: platform.clock.now(), for: AzureService.entra, stage: .assumeRole)
    let response: HTTPResponse
    do throws(HTTPClientError) {
      response = try await send(request("POST", host, path, headers: [type], body: body), timeout: timeout)
    } catch {
      throw KMSFailure(error, from: AzureService.entra, stage: .assumeRole)
    }
    return try AzureAnswer(response, from: .entra, stage: .assumeRole)
  }

  private func send(_ request: HTTPRequest, timeout: Duration?) async throws(HTTPClientError) -> HTTPResponse {
    var request = request
    request.timeout = timeout
    return try await platform.transport.send(request)
  }

  private func answers(_ host: String) async -> Bool {
    do throws(HTTPClientError) {
      _ = try await send(request("GET", host, "/"), timeout: .seconds(3))
      return true
    } catch { return false }
  }

  /// A stand-in for all of Microsoft's hosts learns from the field `Host` which of them is meant.
  private func request(
    _ method: String, _ host: String, _ path: String, headers: [HTTPHeader] = [], body: [UInt8] = []
  ) -> HTTPRequest {
    guard let endpoint = platform.endpoint else {
      return HTTPRequest(method: method, url: "https://\(host)\(path)", headers: headers, body: body)
    }
    return HTTPRequest(
      method: method, url: "\(endpoint)\(path)", headers: headers + [HTTPHeader("Host", host)], body: body)
  }
}
