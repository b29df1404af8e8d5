import CloudKMS
import JSON
import Testing

@Suite struct AzureCandidateTests {
  private func fields(_ json: JSONValue) -> [String: [String]]? {
    do {
      _ = try KMSCandidate.parse(json)
      return nil
    } catch {
      guard case .invalid(let fields) = error else { return nil }
      return fields
    }
  }

  @Test func `a key, a directory and an application are accepted`() throws {
    let candidate = try KMSCandidate.parse(Sample.azureApplicationBody)
    #expect(candidate.provider == .azure)
    #expect(candidate.keyReference == Sample.azureKey)
    #expect(candidate.externalID == nil)
    #expect(
      candidate.publicJSON == [
        "vault_url": .string(Sample.azureVault), "azure_tenant_id": .string(Sample.directory),
        "client_id": .string(Sample.application), "client_secret_env_var": .string(Sample.azureVariable),
      ])
    #expect("\(candidate)" == "azure: \(Sample.azureKey) through \(Sample.application)")
    let stored = try KMSCandidate.stored(
      "customer_kms_azure", keyReference: candidate.keyReference, configuration: candidate.configurationJSON)
    #expect(stored == candidate)
  }

  @Test(arguments: [
    "https://acme-keys.vault.azure.net", "https://a1-b2-c3.vault.usgovcloudapi.net", "https://abc.vault.azure.cn",
    "https://acme-keys.vault.azure.net/", "https://acme-keys.managedhsm.azure.net",
    "https://acme.managedhsm.usgovcloudapi.net", "https://acme.managedhsm.azure.cn/",
  ])
  func `a right vault`(_ url: String) throws {
    let key = (url.hasSuffix("/") ? String(url.dropLast()) : url) + "/keys/Key-1"
    let candidate = try KMSCandidate.parse(
      Sample.azureBody(keyReference: .string(key), vaultURL: .string(url)))
    #expect(candidate.keyReference == key)
    #expect(candidate.publicJSON == ["vault_url": .string(url)])
  }

  /// What answers at this address is sent tokens.
  @Test(arguments: [
    "", "acme-keys", "http://acme-keys.vault.azure.net", "https://user:pw@acme-keys.vault.azure.net",
    "https://acme-keys.vault.azure.net@evil.example", "https://acme-keys.vault.azure.net:443",
    "https://acme-keys.vault.azure.net:8443", "https://127.0.0.1", "https://[::1]", "https://169.254.169.254",
    "https://xn--acme-1ra.vault.azure.net", "https://\u{e4}cme.vault.azure.net", "https://vault.azure.net",
    "https://.vault.azure.net", "https://a.b.vault.azure.net", "https://evilvault.azure.net",
    "https://acme-keys.vault.azure.net.evil.example", "https://acme-keys.vault.azure.net/x",
    "https://acme-keys.vault.azure.net//", "https://acme-keys.vault.azure.net?x", "https://acme-keys.vault.azure.net#x",
    "https://evil.example/.vault.azure.net", "https://evil.example?.vault.azure.net", "https://ab.vault.azure.net",
    "https://1abc.vault.azure.net", "https://abc-.vault.azure.net", "https://a--b.vault.azure.net",
    "https://acme_keys.vault.azure.net", "https://ACME.vault.azure.net",
    "http://acme-keys.managedhsm.azure.net", "https://user:pw@acme-keys.managedhsm.azure.net",
    "https://acme-keys.managedhsm.azure.net@evil.example", "https://acme-keys.managedhsm.azure.net:443",
    "https://xn--acme-1ra.managedhsm.azure.net", "https://\u{e4}cme.managedhsm.azure.net",
    "https://managedhsm.azure.net", "https://.managedhsm.azure.net", "https://a.b.managedhsm.azure.net",
    "https://evilmanagedhsm.azure.net", "https://acme-keys.managedhsm.azure.net.evil.example",
    "https://evil.example/.managedhsm.azure.net", "https://acme-keys.managedhsm.vault.azure.net",
    "https://acme-keys.managedhsm.evil.example", "https://acme-keys.managedhsm.chinacloudapi.cn",
    "https://acme-keys.vault.azure.net\n", "https://" + String(repeating: "a", count: 25) + ".vault.azure.net",
  ])
  func `a wrong vault`(_ url: String) {
    #expect(fields(Sample.azureBody(vaultURL: .string(url)))?.keys.sorted() == ["config.vault_url"])
    #expect(
      fields(Sample.azureBody(keyReference: .string(url + "/keys/k")))?.keys.sorted() == ["kms_key_ref"])
  }

  @Test(arguments: [
    "", Sample.azureVault, Sample.azureKey + "/", Sample.azureKey + "/0123456789abcdef0123456789abcdef",
    Sample.azureVault + "//keys/k", Sample.azureVault + "/keys/", Sample.azureVault + "/keys/..",
    Sample.azureVault + "/keys/a_b", Sample.azureVault + "/keys/a/wrapkey", Sample.azureVault + "/secrets/k",
    Sample.azureVault + "/keys/a?api-version=1", Sample.azureVault + "/keys/a%2Fb", Sample.keyARN, Sample.gcpKey,
    Sample.azureVault + "/keys/" + String(repeating: "a", count: 128),
    Sample.azureVault + "/keys/" + String(repeating: "a", count: 3000),
  ])
  func `a wrong key reference`(_ reference: String) {
    #expect(fields(Sample.azureBody(keyReference: .string(reference)))?.keys.sorted() == ["kms_key_ref"])
  }

  @Test(arguments: [
    "", "tenant", "contoso.onmicrosoft.com", Sample.directory + "/x", Sample.directory.dropLast() + "g",
  ])
  func `a wrong directory or application`(_ id: String) {
    for name in ["azure_tenant_id", "client_id"] {
      #expect(fields(Sample.azureBody(adding: [name: .string(id)]))?.keys.sorted() == ["config.\(name)"])
    }
  }

  /// Whoever could name any variable could have the platform's own secrets looked up.
  @Test(arguments: [
    "PATH", "MASTER_KEY_B64", "AWS_SECRET_ACCESS_KEY", "COMMAND_KEY_B64", "XAZURE_CLIENT_SECRET",
    "AZURE_CLIENT_SECRETS", "AZURE_CLIENT_SECRET_FILE", "AZURE_CLIENT_SECRET_ACME_FILE", "azure_client_secret",
  ])
  func `a variable that tenants may not name`(_ name: String) {
    let body = Sample.azureBody(
      adding: ["client_id": .string(Sample.application), "client_secret_env_var": .string(name)])
    #expect(fields(body)?.keys.sorted() == ["config.client_secret_env_var"])
  }

  @Test func `a secret in the variable's place is refused as one`() {
    let body = Sample.azureBody(adding: ["client_secret_env_var": "abC8Q~0123456789abcdefghijABCDEFGHIJ0123"])
    #expect(throws: CandidateRejection.staticCredentials(path: "config.client_secret_env_var")) {
      try KMSCandidate.parse(body)
    }
  }

  @Test func `everything wrong is told at once`() {
    let json = Sample.azureBody(
      keyReference: nil, vaultURL: nil,
      adding: ["region": "westeurope", "client_secret_env_var": "AZURE_CLIENT_SECRET"])
    #expect(
      fields(json) == [
        "kms_key_ref": ["is required"], "config.vault_url": ["is required"], "config.region": ["is not known"],
        "config.client_id": ["is required with client_secret_env_var"],
      ])
    #expect(
      fields(Sample.azureBody(vaultURL: "https://acme-keys.managedhsm.azure.net")) == [
        "config.vault_url": ["must be the vault in kms_key_ref"]
      ])
    #expect(
      fields(Sample.azureBody(vaultURL: "https://other.vault.azure.net")) == [
        "config.vault_url": ["must be the vault in kms_key_ref"]
      ])
  }
}
