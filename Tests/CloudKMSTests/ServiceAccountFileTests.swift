import Foundation
import HTTPClient
import JSON
import Testing

@testable import CloudKMS

@Suite struct ServiceAccountFileTests {
  /// The key of RFC 7515, appendix A.2.
  private static let key = """
    -----BEGIN PRIVATE KEY-----
    MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQCh+BYK4uPJtGXO
    jS1lYmM2K5J9vinh8CR3/BYlzJChNuOL2TSXxbbqY913EeZ8dCn5VrD7io8ImtxL
    aYk8wTM/U+3QGbh3hCUv7JFP5IV3aVlL6kKA0ywPVb9ilE8TA5a8bpvfbr3SvaNn
    juygxmj3AbONv/s4yDQs4v5tJ/reSlpIdJed1LnPmt7Ex1sFhSwsD174pcF1A5L5
    ROjtZMEQxrZHYJqkeDrrnGya11UxMFBji4NmXG9veoKjlnAqH2QbgtPr8jkiGUkf
    toaHLFcW9Qr4NY2ai50Xw0Byj3+H2JoY2PyrZ62EWQwuz3WTOTY8BwNNb2BvniHg
    VFbK5emhAgMBAAECggEAEq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyW
    PEAeP88vLNO97IjlA7/GQ5sLKMgvfTeXZx9SE+7YwVol2NXOoAJe46sui395IW/G
    O+pWJ1O0BkTGoVEn2bKVRUCgu+GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzj
    kn439X0M/V51gfpRLI9JYanrC4D4qAdGcopV/0ZHHzQlBjudU2QvXt4ehNYTCBr6
    XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl/x/jTj3ccPDVZFD9pIuhLhBOneufuBiB
    4cS98l2SR/RQyGWSeWjnczT0QU91p1DhOVRuOopznQKBgQDgHMQQ60imZV1URk0K
    pLttoLhyt3SmqdEf/kgHePDdtzEafpAu+cS191R2JiuoF2yzWXnwFDcqGigp5BNr
    0AHQfD8/Lk8l1Mk09jxxCfui5nYooNyac8YFjm3vItzVCVDnEd3BbVWG8qf6deqE
    lMGAg+C2V0L4oNXnP7LZcPAZRwKBgQC5A8R+CZW2MvRTLLHzwZkUXV866cff7tx6
    kqa0finGG0KgeqlaZPxgCZnFp7AeAcCMtiynVlJ7vMVgePsLq6XtON4tB5kP9jAP
    rq3rbAOal78eUH5OcED6eNuCV8ixEu1eWcPNCS/l1OW1EnXUEoEHKl54Xrrz2uNw
    kgMTP1FZ1wKBgAcCn1dwJKufzBWQxWQp1vsM5fggqPN1qGb5y0MAk3g7/Ls5bkUp
    5u9SN0Ai3Ya6hNnvWJMb7sXQX6U/zyO2M/hTip7tUeh7CXgwo59dkpN75gJLVds2
    9+DAncu3KXU4f2Fa+7bLNrur53k8KwPOq2bbuTG69QtV7Jr5MR0AHWKNAoGBAIf/
    evpitUf+4JYbLpvNXWcY052Mpz22aR84mY3nh3F2LF2mjMJDpTg7FmuyPcVw6EcG
    yoAe9fa65iNqCq+jdw6PVNGo2hxfjSiZ8IIzHdsPXI89//pMjZcQK9r+CCoRjaZj
    OYiIDktVWZzmevJuv6WywUqd57LE3Zar3dLSIkx1AoGAIYd7DHOhrWvxkwPQsRM2
    tOgrjbcrfvtQJipd+DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd/QJQ3
    ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp/gh6A56
    03k2+ZQwVK0JKSHuLFkuQ3U=
    -----END PRIVATE KEY-----
    """

  private static let file: [String: JSONValue] = [
    "type": "service_account", "private_key_id": "key-1", "private_key": .string(key),
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
      ["type": "external_account"], ["type": nil], ["private_key": nil], ["private_key": "PEM"], ["client_email": 7],
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

  @Test func `so is one that is not there, or no JSON`() async throws {
    let absent = try await wrap(ScriptedGCP(), "/nowhere/at/all.json")
    #expect(absent?.reason == .platformCredentials)
    try await with("text") { path in
      let found = try await wrap(ScriptedGCP(), path)
      #expect(found?.reason == .platformCredentials)
    }
  }
}
