import Cryptography
import Foundation
import HTTPClient
import JSON
import Locking
import Testing

@testable import CloudKMS

@Suite struct AzureRequestTests {
  private func header(_ name: String, of request: HTTPRequest) -> String? {
    request.headers.first { $0.name.lowercased() == name }?.value
  }

  private func form(_ request: HTTPRequest) -> [String: String] {
    let pairs = String(decoding: request.body, as: UTF8.self).split(separator: "&").map {
      $0.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    }
    return Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), String($0[1])) })
  }

  private func found(_ key: any KeyEncryptionKey) async -> KMSFailure? {
    await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
  }

  @Test func `a use asks the vault for its directory, signs in there, and has the newest version wrap`() async throws {
    let azure = ScriptedAzure()
    let key = try Sample.azureKEK(Sample.azurePlatform(azure), Sample.azureApplicationBody)
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == ScriptedAzure.version)
    #expect(azure.actions == [.challenge, .signIn, .get, .wrap])
    let requests = azure.requests
    #expect(
      requests.map(\.url) == [
        "\(Sample.azureKey)?api-version=7.4",
        "https://login.microsoftonline.com/\(Sample.directory)/oauth2/v2.0/token",
        "\(Sample.azureKey)?api-version=7.4", "\(ScriptedAzure.version)/wrapkey?api-version=7.4",
      ])
    #expect(requests.map(\.method) == ["GET", "POST", "GET", "POST"])
    #expect(header("authorization", of: requests[0]) == nil)
    #expect(
      form(requests[1]) == [
        "grant_type": "client_credentials", "client_id": Sample.application,
        "scope": "https%3A%2F%2Fvault.azure.net%2F.default", "client_secret": "s3cret%26",
      ])
    #expect(header("authorization", of: requests[3]) == "Bearer app-token")
    _ = try await key.unwrap(wrapped, context: Sample.context)
    #expect(azure.actions.suffix(3) == [.challenge, .signIn, .unwrap])
    #expect(azure.requests.last?.url == "\(ScriptedAzure.version)/unwrapkey?api-version=7.4")
  }

  /// The hash is another implementation's (Python's hashlib).
  @Test func `the context's hash is wrapped with the key, in the alphabet of URLs`() async throws {
    let azure = ScriptedAzure()
    _ = try await Sample.azureKEK(Sample.azurePlatform(azure)).wrap(Sample.key, context: Sample.context)
    let body = try JSONValue(parsing: try #require(azure.requests.last).body)
    #expect(
      body == [
        "alg": "RSA-OAEP-256",
        "value": .string(
          "qntHDcl4L7dostAqiWz0cI5jW2YymgYRFLBu3R8JPo8A"
            + "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcYGRobHB0eHw"),
      ])
  }

  @Test(
    arguments: [
      ("https://acme.vault.azure.net", "login.microsoftonline.com", "https://vault.azure.net"),
      ("https://acme.vault.usgovcloudapi.net", "login.microsoftonline.us", "https://vault.usgovcloudapi.net"),
      ("https://acme.vault.azure.cn", "login.chinacloudapi.cn", "https://vault.azure.cn"),
      ("https://acme.managedhsm.azure.net", "login.microsoftonline.com", "https://managedhsm.azure.net"),
      ("https://acme.managedhsm.usgovcloudapi.net", "login.microsoftonline.us", "https://managedhsm.usgovcloudapi.net"),
      ("https://acme.managedhsm.azure.cn", "login.chinacloudapi.cn", "https://managedhsm.azure.cn"),
    ])
  func `each cloud has a sign-in and a resource of its own`(_ vault: String, login: String, resource: String)
    async throws
  {
    let challenge =
      #"Bearer authorization="https://\#(login)/\#(Sample.directory)", resource="\#(resource)""#
    let azure = ScriptedAzure { action in
      switch action {
      case .challenge: .challenge(challenge)
      case .get: .json(200, ScriptedAzure.key(["kid": .string("\(vault)/keys/k/1")]))
      default: nil
      }
    }
    let body = Sample.azureBody(
      keyReference: .string(vault + "/keys/k"), vaultURL: .string(vault),
      adding: ["client_id": .string(Sample.application), "client_secret_env_var": .string(Sample.azureVariable)])
    // The scripted cloud answers by its usual key: what was asked until then is enough.
    _ = await found(try Sample.azureKEK(Sample.azurePlatform(azure), body))
    #expect(azure.requests[1].url == "https://\(login)/\(Sample.directory)/oauth2/v2.0/token")
    #expect(form(azure.requests[1])["scope"] == "\(resource)/.default".percentEncoded)
    #expect(azure.requests[3].url == "\(vault)/keys/k/1/wrapkey?api-version=7.4")
  }

  @Test func `a managed HSM is asked by a token for managed HSMs, of the machine's too`() async throws {
    let hsm = "https://acme.managedhsm.azure.net"
    let azure = ScriptedAzure { action in
      switch action {
      case .challenge:
        .challenge(
          #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", "#
            + #"resource="https://managedhsm.azure.net""#)
      case .get: .json(200, ScriptedAzure.key(["kid": .string("\(hsm)/keys/k/1"), "kty": "RSA-HSM"]))
      default: nil
      }
    }
    let body = Sample.azureBody(keyReference: .string(hsm + "/keys/k"), vaultURL: .string(hsm))
    _ = await found(try Sample.azureKEK(Sample.azurePlatform(azure), body))
    #expect(azure.actions == [.challenge, .metadata, .get, .wrap])
    #expect(azure.requests[1].url.hasSuffix("&resource=https%3A%2F%2Fmanagedhsm.azure.net"))
    #expect(azure.requests[3].url == "\(hsm)/keys/k/1/wrapkey?api-version=7.4")
  }

  @Test func `a managed HSM that asks for a vault's token gets none, nor the other way round`() async throws {
    let field = #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", resource="https://"#
    for (vault, resource) in [
      ("acme.managedhsm.azure.net", "vault.azure.net"), ("acme.vault.azure.net", "managedhsm.azure.net"),
    ] {
      let azure = ScriptedAzure { $0 == .challenge ? .challenge(field + resource + "\"") : nil }
      let body = Sample.azureBody(
        keyReference: .string("https://\(vault)/keys/k"), vaultURL: .string("https://\(vault)"))
      #expect(await found(try Sample.azureKEK(Sample.azurePlatform(azure), body))?.reason == .unreachable)
      #expect(azure.actions == [.challenge])
    }
  }

  @Test func `the machine's identity signs in by itself, and is kept`() async throws {
    let azure = ScriptedAzure()
    let time = ManualClock()
    let key = try Sample.azureKEK(
      Sample.azurePlatform(azure, clientID: Sample.application, clock: time.clock))
    _ = try await key.wrap(Sample.key, context: Sample.context)
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(azure.actions == [.challenge, .metadata, .get, .wrap, .challenge, .get, .wrap])
    let request = azure.requests[1]
    #expect(
      request.url == "http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01"
        + "&resource=https%3A%2F%2Fvault.azure.net&client_id=\(Sample.application)")
    #expect(header("metadata", of: request) == "true")
    #expect(request.timeout == .seconds(3))
    #expect(header("authorization", of: azure.requests[3]) == "Bearer machine-token")
    time.advance(.seconds(86_399 - 300))
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(azure.actions.suffix(4) == [.challenge, .metadata, .get, .wrap])
  }

  @Test func `an application without a secret trusts the machine's identity`() async throws {
    let azure = ScriptedAzure()
    let body = Sample.azureBody(adding: ["client_id": .string(Sample.application)])
    _ = try await Sample.azureKEK(Sample.azurePlatform(azure), body).wrap(Sample.key, context: Sample.context)
    #expect(azure.actions == [.challenge, .metadata, .signIn, .get, .wrap])
    #expect(azure.requests[1].url.hasSuffix("&resource=api%3A%2F%2FAzureADTokenExchange"))
    let form = form(azure.requests[2])
    #expect(form["client_assertion"] == "machine-token")
    #expect(
      form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".percentEncoded)
    #expect(form["client_id"] == Sample.application)
    #expect(form["client_secret"] == nil)
  }

  @Test func `an assertion that is not accepted is replaced once`() async throws {
    let azure = ScriptedAzure { $0 == .signIn ? .signInError(401, "invalid_client", 700_024) : nil }
    let body = Sample.azureBody(adding: ["client_id": .string(Sample.application)])
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure), body))
    #expect(failure?.reason == .platformCredentials)
    #expect(failure?.seal == .untilTTL)
    #expect(azure.actions == [.challenge, .metadata, .signIn, .metadata, .signIn])
  }

  @Test func `a federated token is read anew for each use`() async throws {
    let path = NSTemporaryDirectory() + "federated-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let azure = ScriptedAzure()
    let key = try Sample.azureKEK(
      Sample.azurePlatform(azure, federatedTokenFile: path, clientID: Sample.application))
    for token in ["ey.J.1", "ey.J.2"] {
      try Data("\(token)\n".utf8).write(to: URL(filePath: path))
      _ = try await key.wrap(Sample.key, context: Sample.context)
      let signIn = try #require(azure.requests.last { $0.url.hasSuffix("/token") })
      #expect(form(signIn)["client_assertion"] == token)
      #expect(form(signIn)["client_id"] == Sample.application)
    }
    #expect(!azure.actions.contains(.metadata))
  }

  @Test(arguments: [nil, "", "not a token", String(repeating: "a", count: 20_000)])
  func `a federated token's file that holds none is ours to mend`(_ text: String?) async throws {
    let path = NSTemporaryDirectory() + "federated-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    if let text { try Data(text.utf8).write(to: URL(filePath: path)) }
    let azure = ScriptedAzure()
    let failure = await found(
      try Sample.azureKEK(Sample.azurePlatform(azure, federatedTokenFile: path, clientID: Sample.application)))
    #expect(failure?.reason == .platformCredentials)
    #expect(failure?.seal == .untilTTL)
    #expect(failure?.hint.contains("AZURE_FEDERATED_TOKEN_FILE") == true)
    #expect(failure?.hint.contains(path) == false)
    #expect(failure?.operatorDetail?.contains(path) == true)
    #expect(azure.actions == [.challenge])
  }

  @Test func `a secret that nobody has set is looked up each time, and seals nobody`() async throws {
    let secrets = Guarded<[String: String]>([:])
    let azure = ScriptedAzure()
    let platform = AzurePlatform(transport: azure, clock: ManualClock().clock) { name in
      secrets.withLock { $0[name] }
    }
    let key = try Sample.azureKEK(platform, Sample.azureApplicationBody)
    let failure = await found(key)
    #expect(failure?.reason == .noCredentials)
    #expect(failure?.seal == .untilTTL)
    #expect(failure?.hint.contains(Sample.azureVariable) == true)
    secrets.withLock { $0[Sample.azureVariable] = "later" }
    _ = try await key.wrap(Sample.key, context: Sample.context)
    #expect(form(try #require(azure.requests.first { $0.url.hasSuffix("/token") }))["client_secret"] == "later")
  }

  @Test func `a token that the vault refuses is replaced once`() async throws {
    let refusals = Guarded([HTTPResponse.vaultError(401, "Unauthorized")])
    let azure = ScriptedAzure { action throws(HTTPClientError) in
      action == .get ? refusals.withLock { $0.popLast() } : nil
    }
    _ = try await Sample.azureKEK(Sample.azurePlatform(azure)).wrap(Sample.key, context: Sample.context)
    #expect(azure.actions == [.challenge, .metadata, .get, .metadata, .get, .wrap])
    let stubborn = ScriptedAzure { $0 == .get ? .vaultError(401, "Unauthorized") : nil }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(stubborn)))
    #expect(failure?.reason == .platformCredentials)
    #expect(failure?.seal == .untilTTL)
    #expect(stubborn.actions == [.challenge, .metadata, .get, .metadata, .get])
  }

  @Test(arguments: [
    "", "Basic realm=\"x\"", "Bearer", "Bearer resource=\"https://vault.azure.net\"",
    #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)""#,
    #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", resource="https://graph.microsoft.com""#,
    #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", resource="https://vault.azure.net.evil.example""#,
    #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)", resource="https://vault.azure.cn""#,
    #"Bearer authorization="https://login.microsoftonline.com/common", resource="https://vault.azure.net""#,
    #"Bearer authorization="http://login.microsoftonline.com/\#(Sample.directory)", resource="https://vault.azure.net""#,
    #"Bearer authorization="https://login.microsoftonline.com/\#(Sample.directory)/x", resource="https://vault.azure.net""#,
  ])
  func `a challenge for anything but the cloud's vaults is not met`(_ field: String) async throws {
    let azure = ScriptedAzure { $0 == .challenge ? .challenge(field) : nil }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure), Sample.azureApplicationBody))
    #expect(failure?.reason == .unreachable)
    #expect(failure?.seal == .untilTTL)
    #expect(azure.actions == [.challenge])
  }

  @Test func `where to sign in is not the vault's to say`() async throws {
    let azure = ScriptedAzure {
      guard $0 == .challenge else { return nil }
      return .challenge(
        #"Bearer authorization="https://evil.example/\#(Sample.directory)", resource="https://vault.azure.net""#)
    }
    _ = try await Sample.azureKEK(Sample.azurePlatform(azure), Sample.azureApplicationBody).wrap(
      Sample.key, context: Sample.context)
    #expect(!azure.requests.contains { $0.url.contains("evil") })
  }

  @Test(arguments: [301, 302, 307, 308])
  func `a redirect is not followed`(_ status: Int) async throws {
    let azure = ScriptedAzure { _ in
      HTTPResponse(status: status, headers: [HTTPHeader("Location", "https://evil.example/")])
    }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure), Sample.azureApplicationBody))
    #expect(failure?.reason == .unreachable)
    #expect(azure.requests.count == 1)
  }

  @Test func `a vault in another directory than named is refused`() async throws {
    let body = Sample.azureBody(adding: ["azure_tenant_id": .string(Sample.application)])
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(ScriptedAzure()), body))
    #expect(failure?.reason == .accessDenied)
    #expect(failure?.stage == .assumeRole)
    #expect(failure?.hint.contains("azure_tenant_id") == true)
  }

  @Test func `a firewall that lets nobody ask is told as such`() async throws {
    let azure = ScriptedAzure {
      $0 == .challenge ? .vaultError(403, "Forbidden", inner: "ForbiddenByConnection") : nil
    }
    #expect(await found(try Sample.azureKEK(Sample.azurePlatform(azure)))?.reason == .networkDenied)
  }

  @Test(
    arguments: [["kty": "EC"], ["kty": "oct-HSM"], ["key_ops": ["sign"]], ["key_ops": ["wrapKey"]]]
      as [[String: JSONValue]])
  func `a key that can't wrap is refused`(_ members: [String: JSONValue]) async throws {
    let azure = ScriptedAzure { $0 == .get ? .json(200, ScriptedAzure.key(members)) : nil }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure)))
    #expect(failure?.reason == .wrongKeyType)
    #expect(failure?.seal == .reject)
    #expect(failure?.stage == .encrypt)
  }

  @Test(arguments: [
    "https://other.vault.azure.net/keys/tenant-kms/1", Sample.azureKey, Sample.azureKey + "/", Sample.azureKey + "x/1",
    Sample.azureKey + "/1/2", Sample.azureKey + "/..", Sample.azureKey + "/1?x",
  ])
  func `another key's version that answers is none`(_ identifier: String) async throws {
    let azure = ScriptedAzure {
      $0 == .get ? .json(200, ScriptedAzure.key(["kid": .string(identifier)])) : nil
    }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure)))
    #expect(failure?.reason == .unreachable)
    #expect(azure.actions.last == .get)
  }

  @Test(arguments: ["http://127.0.0.1:4569", "http://127.0.0.1:4569/"])
  func `an endpoint may be given, and learns which host is meant`(_ endpoint: String) async throws {
    let azure = ScriptedAzure()
    let platform = Sample.azurePlatform(azure, endpoint: endpoint)
    _ = try await Sample.azureKEK(platform, Sample.azureApplicationBody).wrap(Sample.key, context: Sample.context)
    #expect(azure.requests.allSatisfy { $0.url.hasPrefix("http://127.0.0.1:4569/") })
    #expect(
      azure.requests.map { header("host", of: $0) } == [
        "acme-keys.vault.azure.net", "login.microsoftonline.com", "acme-keys.vault.azure.net",
        "acme-keys.vault.azure.net",
      ])
  }

  @Test func `no request outlives the deadline`() async throws {
    let azure = ScriptedAzure()
    let clouds = Clouds([Sample.azurePlatform(azure)])
    let candidate = try KMSCandidate.parse(Sample.azureApplicationBody)
    _ = try await clouds.key(candidate, deadline: Sample.now + 2).wrap(Sample.key, context: Sample.context)
    #expect(azure.requests.allSatisfy { $0.timeout == .seconds(2) })
    let count = azure.requests.count
    let late = await found(try clouds.key(candidate, deadline: Sample.now))
    #expect(late?.reason == .unreachable)
    #expect(azure.requests.count == count)
  }

  @Test(
    arguments: [
      ["access_token": "t"], ["access_token": "t\r\nX: y", "expires_in": 60], ["access_token": "", "expires_in": 60],
      ["access_token": "t", "expires_in": 0], ["expires_in": 60], ["access_token": "t", "expires_in": "soon"],
    ] as [JSONValue])
  func `what is no token is not sent on`(_ answer: JSONValue) async throws {
    for action in [ScriptedAzure.Action.metadata, .signIn] {
      let azure = ScriptedAzure { $0 == action ? .json(200, answer) : nil }
      let body = Sample.azureBody(adding: action == .signIn ? ["client_id": .string(Sample.application)] : [:])
      let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure), body))
      #expect(failure?.reason == .unreachable)
      #expect(azure.actions.last == action)
    }
  }

  @Test(arguments: [400, 401, 403, 404, 405])
  func `a machine without an identity has none`(_ status: Int) async throws {
    let azure = ScriptedAzure {
      $0 == .metadata
        ? .json(status, ["error": "invalid_request", "error_description": "Identity not found"]) : nil
    }
    let failure = await found(try Sample.azureKEK(Sample.azurePlatform(azure)))
    #expect(failure?.reason == .noCredentials)
    #expect(failure?.seal == .untilTTL)
    #expect(failure?.hint.contains("169.254.169.254") == false)
    #expect(failure?.operatorDetail?.contains("169.254.169.254") == true)
  }
}
