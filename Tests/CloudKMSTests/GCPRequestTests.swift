import Cryptography
import Foundation
import HTTPClient
import JSON
import Locking
import Testing

@testable import CloudKMS

@Suite struct GCPRequestTests {
  private func header(_ name: String, of request: HTTPRequest) -> String? {
    request.headers.first { $0.name.lowercased() == name }?.value
  }

  @Test func `a use asks for a short token as the tenant's service account, then the key`() async throws {
    let gcp = ScriptedGCP()
    let wrapped = try await Sample.gcpKEK(Sample.gcpPlatform(gcp)).wrap(Sample.key, context: Sample.context)
    #expect(wrapped.keyReference == ScriptedGCP.version)
    #expect(gcp.actions == [.metadata, .impersonate, .encrypt])
    let requests = gcp.requests
    #expect(
      requests.map(\.url) == [
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/token"
          + "?scopes=https://www.googleapis.com/auth/cloud-platform",
        "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/\(Sample.serviceAccount)"
          + ":generateAccessToken",
        "https://cloudkms.googleapis.com/v1/\(Sample.gcpKey):encrypt",
      ])
    #expect(header("metadata-flavor", of: requests[0]) == "Google")
    #expect(header("authorization", of: requests[1]) == "Bearer platform-token")
    #expect(header("authorization", of: requests[2]) == "Bearer tenant-token")
    #expect(
      try JSONValue(parsing: requests[1].body) == [
        "lifetime": "300s", "scope": ["https://www.googleapis.com/auth/cloud-platform"],
      ])
  }

  @Test func `the platform knows who it is by its metadata server or its key file, and else says where it looked`()
    async throws
  {
    let account = "platform@saas.iam.gserviceaccount.com"
    let gcp = ScriptedGCP { action throws(HTTPClientError) in
      guard action == .metadata else { return nil }
      return HTTPResponse(status: 200, headers: [HTTPHeader("Metadata-Flavor", "Google")], body: Array(account.utf8))
    }
    #expect(try await Sample.gcpPlatform(gcp).principalEmail(for: KeyUse(tenantID: UUID())) == account)
    #expect(
      gcp.requests.map(\.url) == [
        "http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/email"
      ])
    let nowhere = ScriptedGCP { _ throws(HTTPClientError) in .json(404, [:]) }
    let failure = await #expect(throws: KMSFailure.self) {
      try await Sample.gcpPlatform(nowhere).principalEmail(for: KeyUse(tenantID: UUID()))
    }
    #expect(failure?.reason == .noCredentials)
    #expect(failure?.hint.contains("a credentials file; the machine's metadata server") == true)
    #expect(failure?.operatorDetail?.contains("GOOGLE_APPLICATION_CREDENTIALS (not set)") == true)
  }

  /// The checksums are those of another implementation (google-crc32c).
  @Test func `key and context are sent with their checksums, and the context in its canonical form`() async throws {
    let gcp = ScriptedGCP()
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp))
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    let context =
      #"{"key_version":"1","purpose":"tenant-master-key","tenant_id":"00000000-0000-4000-8000-000000000001"}"#
    let aad: [String: JSONValue] = [
      "additionalAuthenticatedData": .string(Data(context.utf8).base64EncodedString()),
      "additionalAuthenticatedDataCrc32c": "4108684641",
    ]
    let plaintext: [String: JSONValue] = [
      "plaintext": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", "plaintextCrc32c": "1188919630",
    ]
    #expect(try JSONValue(parsing: gcp.requests[2].body) == .object(plaintext.merging(aad) { $1 }))
    _ = try await key.unwrap(wrapped, context: Sample.context)
    let request = try #require(gcp.requests.last)
    #expect(request.url == "https://cloudkms.googleapis.com/v1/\(Sample.gcpKey):decrypt")
    let ciphertext: [String: JSONValue] = [
      "ciphertext": .string(Data(wrapped.ciphertext).base64EncodedString()),
      "ciphertextCrc32c": .string(String(CRC32C.checksum(of: wrapped.ciphertext))),
    ]
    #expect(try JSONValue(parsing: request.body) == .object(ciphertext.merging(aad) { $1 }))
  }

  @Test func `the check value of CRC-32C`() {
    #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum(of: []) == 0)
  }

  @Test(
    arguments: [
      ["verifiedPlaintextCrc32c": false], ["verifiedAdditionalAuthenticatedDataCrc32c": nil], ["ciphertextCrc32c": "1"],
      ["ciphertextCrc32c": nil],
    ] as [[String: JSONValue?]])
  func `what was damaged on the way is not stored`(_ damage: [String: JSONValue?]) async throws {
    var members: [String: JSONValue] = [
      "name": .string(ScriptedGCP.version), "ciphertext": "AAAA",
      "ciphertextCrc32c": .string(String(CRC32C.checksum(of: [0, 0, 0]))), "verifiedPlaintextCrc32c": true,
      "verifiedAdditionalAuthenticatedDataCrc32c": true,
    ]
    for (name, value) in damage { members[name] = value }
    let answer = JSONValue.object(members)
    let key = try Sample.gcpKEK(Sample.gcpPlatform(ScriptedGCP { $0 == .encrypt ? .json(200, answer) : nil }))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .unreachable)
    #expect(found?.stage == .encrypt)
  }

  @Test func `another key's version that answers is none`() async throws {
    for name in [Sample.gcpKey, "\(Sample.gcpKey)x/cryptoKeyVersions/1", "\(ScriptedGCP.version)/x"] {
      let answer: JSONValue = [
        "name": .string(name), "ciphertext": "AAAA", "ciphertextCrc32c": "1", "verifiedPlaintextCrc32c": true,
        "verifiedAdditionalAuthenticatedDataCrc32c": true,
      ]
      let key = try Sample.gcpKEK(Sample.gcpPlatform(ScriptedGCP { $0 == .encrypt ? .json(200, answer) : nil }))
      let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context)
      }
      #expect(found?.reason == .unreachable)
    }
  }

  @Test func `the platform's token is kept, a tenant's never`() async throws {
    let gcp = ScriptedGCP()
    let time = ManualClock()
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp, clock: time.clock))
    let wrapped = try await key.wrap(Sample.key, context: Sample.context)
    _ = try await key.unwrap(wrapped, context: Sample.context)
    #expect(gcp.actions == [.metadata, .impersonate, .encrypt, .impersonate, .decrypt])
    time.advance(.seconds(3599 - 225))
    _ = try await key.unwrap(wrapped, context: Sample.context)
    #expect(gcp.actions.suffix(3) == [.metadata, .impersonate, .decrypt])
  }

  @Test func `a token that is not accepted is replaced once`() async throws {
    let answers = Guarded([HTTPResponse.gcpError(401, "UNAUTHENTICATED")])
    let gcp = ScriptedGCP { action throws(HTTPClientError) in
      action == .impersonate ? answers.withLock { $0.popLast() } : nil
    }
    _ = try await Sample.gcpKEK(Sample.gcpPlatform(gcp)).wrap(Sample.key, context: Sample.context)
    #expect(gcp.actions == [.metadata, .impersonate, .metadata, .impersonate, .encrypt])
    let stubborn = ScriptedGCP { $0 == .impersonate ? .gcpError(401, "UNAUTHENTICATED") : nil }
    let key = try Sample.gcpKEK(Sample.gcpPlatform(stubborn))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .platformCredentials)
    #expect(found?.seal == .untilTTL)
    #expect(stubborn.actions == [.metadata, .impersonate, .metadata, .impersonate])
  }

  @Test(arguments: ["http://127.0.0.1:4568", "http://127.0.0.1:4568/"])
  func `an endpoint may be given`(_ endpoint: String) async throws {
    let gcp = ScriptedGCP()
    let platform = Sample.gcpPlatform(gcp, endpoint: endpoint)
    _ = try await Sample.gcpKEK(platform).wrap(Sample.key, context: Sample.context)
    #expect(gcp.requests.dropFirst().allSatisfy { $0.url.hasPrefix("http://127.0.0.1:4568/v1/projects/") })
  }

  @Test func `no request outlives the deadline`() async throws {
    let gcp = ScriptedGCP()
    let clouds = Clouds([Sample.gcpPlatform(gcp)])
    let candidate = try KMSCandidate.parse(Sample.gcpBody())
    _ = try await clouds.key(candidate, deadline: Sample.now + 3).wrap(Sample.key, context: Sample.context)
    #expect(gcp.requests.allSatisfy { $0.timeout == .seconds(3) })
    let count = gcp.requests.count
    let late = try clouds.key(candidate, deadline: Sample.now)
    let found = await failure { () throws(KMSFailure) in _ = try await late.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .unreachable)
    #expect(gcp.requests.count == count)
  }

  @Test func `whoever else answers in the metadata server's place is none`() async throws {
    let key = try Sample.gcpKEK(
      Sample.gcpPlatform(ScriptedGCP { $0 == .metadata ? .json(200, ScriptedGCP.token("stranger")) : nil }))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .noCredentials)
    #expect(found?.hint.contains("metadata.google.internal") == false)
    #expect(found?.operatorDetail?.contains("GOOGLE_APPLICATION_CREDENTIALS") == true)
    #expect(found?.operatorDetail?.contains("metadata.google.internal") == true)
  }

  @Test(
    arguments: [
      ["access_token": "t"], ["access_token": "t\r\nX: y", "expires_in": 60], ["access_token": "", "expires_in": 60],
      ["access_token": "t", "expires_in": 0], ["expires_in": 60], ["access_token": "t", "expires_in": 1_000_000],
    ] as [JSONValue])
  func `what is no token is not sent on`(_ answer: JSONValue) async throws {
    let gcp = ScriptedGCP { $0 == .metadata ? .metadata(200, answer) : nil }
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp))
    let found = await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
    #expect(found?.reason == .unreachable)
    #expect(gcp.actions == [.metadata])
  }
}
