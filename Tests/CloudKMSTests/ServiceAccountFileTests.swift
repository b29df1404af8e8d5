import Foundation
import HTTPClient
import JSON
import SampleKeys
import Testing

@testable import CloudKMS

@Suite struct ServiceAccountFileTests {
  private static let file: [String: JSONValue] = [
    "type": "service_account", "private_key_id": "key-1", "private_key": .string(RFC7515.privateKey),
    "client_email": "platform@saas.iam.gserviceaccount.com", "token_uri": "https://oauth2.googleapis.com/token",
  ]

  /// Signed with another implementation (the Python package cryptography).
  private static let assertion =
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImtleS0xIiwidHlwIjoiSldUIn0.eyJhdWQiOiJodHRwczovL29hdXRoMi5nb29nbGVhcGlz"
    + "LmNvbS90b2tlbiIsImV4cCI6MTc5NTQ5NjQxNCwiaWF0IjoxNzk1NDkyODE0LCJpc3MiOiJwbGF0Zm9ybUBzYWFzLmlhbS5nc2Vy"
    + "dmljZWFjY291bnQuY29tIiwic2NvcGUiOiJodHRwczovL3d3dy5nb29nbGVhcGlzLmNvbS9hdXRoL2Nsb3VkLXBsYXRmb3JtIn0."
    + "jb3UnxDFYSj93F4ruE-V9WtMQqAmp5pqBrb4jQLLCo_4848JbG5Yg5yPtnRVBPOlRr5_Cw5XMArGxaKjlPWS5fDVeenp66Yqckmo"
    + "NmNGOZWHvBOmY6YY0cYnAv_VQczuGnPS-tLlsFjMzk0r-E1rRNyZOEl66obBw4qoQqUrk2DT2Gqx28D8x_yCak9WSj6S3HTYfuHJ"
    + "HharKF-u9RlI_2pb_z6HGY9ClrinQ51EpdWVkNHjJQWGlBPQG-xX_c4W8NO6o9YB4eBhVZQw7TZt1nPB75s9R8yinRhwIg1hO3K7"
    + "e1WzCGE2Q6dQKErNirCvYlnwCr-IoRWzwz0xKn7Wbg"

  /// Writes a file, lends its path, and removes it.
  private func with(_ content: JSONValue, _ body: (String) async throws -> Void) async throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "service-account-\(UUID().uuidString).json")
    try Data(content.canonicalBytes).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    try await body(url.path())
  }

  private func wrap(_ gcp: ScriptedGCP, _ path: String) async throws -> KMSFailure? {
    let key = try Sample.gcpKEK(Sample.gcpPlatform(gcp, credentialsFile: path))
    return await failure { () throws(KMSFailure) in _ = try await key.wrap(Sample.key, context: Sample.context) }
  }

  @Test func `a signed assertion is exchanged for a token`() async throws {
    try await with(.object(Self.file)) { path in
      let gcp = ScriptedGCP()
      #expect(try await wrap(gcp, path) == nil)
      #expect(gcp.actions == [.token, .impersonate, .encrypt])
      let request = try #require(gcp.requests.first)
      #expect(request.url == "https://oauth2.googleapis.com/token")
      #expect(
        String(decoding: request.body, as: UTF8.self)
          == "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&assertion=" + Self.assertion)
      #expect(gcp.requests[1].headers.contains(HTTPHeader("Authorization", "Bearer file-token")))
    }
  }

  @Test func `an assertion that Google does not take is ours to mend`() async throws {
    try await with(.object(Self.file)) { path in
      let gcp = ScriptedGCP {
        $0 == .token
          ? .json(400, ["error": "invalid_grant", "error_description": "Invalid JWT: in a reasonable timeframe"]) : nil
      }
      let found = try await wrap(gcp, path)
      #expect(found?.reason == .platformCredentials)
      #expect(found?.providerCode == "invalid_grant")
      #expect(found?.seal == .untilTTL)
      #expect(found?.hint.contains("clock") == true)
    }
  }

  @Test(
    arguments: [
      ["type": "authorized_user"], ["type": nil], ["private_key": nil], ["private_key": "PEM"], ["client_email": 7],
      ["token_uri": nil],
    ] as [[String: JSONValue?]])
  func `a file that can't be used is ours to mend, and is not shown`(_ damage: [String: JSONValue?]) async throws {
    var content = Self.file
    for (name, value) in damage { content[name] = value }
    try await with(.object(content)) { path in
      let gcp = ScriptedGCP()
      let found = try await wrap(gcp, path)
      #expect(found?.reason == .platformCredentials)
      #expect(found?.seal == .untilTTL)
      #expect(found?.hint.contains("GOOGLE_APPLICATION_CREDENTIALS") == true)
      #expect(found?.hint.contains("MII") == false)
      #expect(gcp.actions.isEmpty)
    }
  }

  @Test func `so is one that is too long, of which no more is read than that shows`() async throws {
    let found = try await wrap(ScriptedGCP(), "/dev/zero")
    #expect(found?.reason == .platformCredentials)
    #expect(found?.hint.contains("longer than 65536 bytes") == true)
  }

  @Test func `so is one that is not there, or no JSON`() async throws {
    let absent = try await wrap(ScriptedGCP(), "/nowhere/at/all.json")
    #expect(absent?.reason == .platformCredentials)
    #expect(absent?.hint.contains("/nowhere") == false)
    #expect(absent?.operatorDetail?.contains("/nowhere/at/all.json") == true)
    try await with("text") { path in
      let found = try await wrap(ScriptedGCP(), path)
      #expect(found?.reason == .platformCredentials)
    }
  }
}
