import Cryptography
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import NIOCore
import Repository
import Testing

@testable import onboarding_api

@Suite struct StepUpAuthorityTests {
  let key = Data(repeating: 7, count: 32)
  let ada = AdminIdentity(
    subject: "ada@example.com", tenantID: UUID(uuidString: "0190a1b2-0000-7000-8000-000000000001") ?? UUID(),
    role: .owner, expiresAt: Issuer.now)

  @Test func `who has just stepped up may pass, and is told until when`() async throws {
    let issued = try await authority().issue(to: ada.subject, of: ada.tenantID)
    #expect(issued.issuedAt == Issuer.now)
    #expect(issued.expiresAt == Issuer.now.addingTimeInterval(300))
    try await authority().demand(within: .seconds(300), by: ada, in: request(issued.token))
    try await authority().demand(within: .seconds(120), by: ada, in: request(issued.token))
    try await authority().demand(within: .seconds(120), by: ada, in: request(stepUpToken()))
  }

  @Test(arguments: [120, 299] as [Int])
  func `each route says how long ago it may have been`(seconds: Int) async throws {
    let token = try await authority().issue(to: ada.subject, of: ada.tenantID).token
    let within = Duration.seconds(seconds)
    try await authority(at: TimeInterval(seconds)).demand(within: within, by: ada, in: request(token))
    await expectRefused(token, by: await authority(at: TimeInterval(seconds) + 0.1), within: within)
  }

  @Test func `no step-up is good for longer than five minutes, whatever a route says`() async throws {
    let token = try await authority().issue(to: ada.subject, of: ada.tenantID).token
    await expectRefused(token, by: await authority(at: 300), within: .seconds(3600))
  }

  @Test func `the clock of another process may be behind by seconds, not by more`() async throws {
    let token = try await authority().issue(to: ada.subject, of: ada.tenantID).token
    try await authority(at: -5).demand(within: .seconds(120), by: ada, in: request(token))
    await expectRefused(token, by: await authority(at: -5.1))
  }

  @Test(arguments: [nil, "", "x", "..", "e30.e30.e30", String(repeating: "a", count: 3_000)])
  func `without a token nobody passes`(token: String?) async throws {
    await expectRefused(token, by: await authority())
  }

  @Test func `a step-up is good for one person in one tenant`() async throws {
    let token = try await authority().issue(to: ada.subject, of: ada.tenantID).token
    let others = [
      AdminIdentity(subject: "eve@example.com", tenantID: ada.tenantID, role: .owner, expiresAt: Issuer.now),
      AdminIdentity(subject: ada.subject, tenantID: UUID(), role: .owner, expiresAt: Issuer.now),
    ]
    for other in others { await expectRefused(token, by: await authority(), identity: other) }
  }

  @Test(
    arguments: [
      ["aud": "tenant-kms"], ["aud": ["tenant-kms/step-up", "tenant-kms"]], ["aud": []], ["aud": nil], ["sub": nil],
      ["tenant_id": nil], ["tenant_id": "x"], ["iat": nil], ["exp": nil], ["iat": "now"],
    ] as [[String: JSONValue?]])
  func `a claim that is wrong or missing refuses the token`(claims: [String: JSONValue?]) async throws {
    await expectRefused(try await stepUpToken(claims: claims), by: await authority())
  }

  @Test(arguments: [["alg": "none"], ["alg": "HS384"], ["crit": ["exp"]]] as [[String: JSONValue?]])
  func `a header that names another algorithm, or more, refuses the token`(header: [String: JSONValue?]) async throws {
    await expectRefused(try await stepUpToken(header: header), by: await authority())
  }

  @Test func `another key's signature is refused`() async throws {
    let stranger = await StepUpAuthority(key: .random(count: 32), now: { Issuer.now })
    await expectRefused(try await stranger.issue(to: ada.subject, of: ada.tenantID).token, by: await authority())
  }

  /// Even if both were signed with one key.
  @Test func `an admin token is no step-up token, nor the reverse`() async throws {
    let issuer = try await Issuer(hmac: key)
    let now = JSONValue.number(Issuer.now.timeIntervalSince1970)
    await expectRefused(try issuer.token(claims: ["iat": now]), by: await authority())
    let admins = AdminTokenVerifier(
      keys: await StaticTokenKey.hmac(SecretBytes(copying: key)), issuer: "issuer", audience: "tenant-kms",
      now: { Issuer.now })
    let stepUp = try await authority().issue(to: ada.subject, of: ada.tenantID).token
    let alike = try issuer.token(claims: ["aud": .string(StepUpAuthority.audience)])
    for token in [stepUp, alike] {
      await #expect(throws: APIError.self) { try await admins.identity(of: token) }
    }
  }

  private func authority(at seconds: TimeInterval = 0) async -> StepUpAuthority {
    await StepUpAuthority(key: SecretBytes(copying: key), now: { Issuer.now.addingTimeInterval(seconds) })
  }

  /// A token that is good in every respect, but for the members given.
  private func stepUpToken(
    header: [String: JSONValue?] = [:], claims: [String: JSONValue?] = [:]
  ) async throws -> String {
    let good: [String: JSONValue?] = [
      "aud": .string(StepUpAuthority.audience), "iat": .number(Issuer.now.timeIntervalSince1970),
    ]
    return try await Issuer(hmac: key).token(header: header, claims: good.merging(claims) { $1 })
  }

  private func request(_ token: String?) -> Request {
    var headers = HTTPFields()
    headers[.stepUp] = token
    return Request(
      head: HTTPRequest(method: .post, scheme: "http", authority: "localhost", path: "/", headerFields: headers),
      body: RequestBody(buffer: ByteBuffer()))
  }

  private func expectRefused(
    _ token: String?, by authority: StepUpAuthority, within maximumAge: Duration = .seconds(120),
    identity: AdminIdentity? = nil, sourceLocation: SourceLocation = #_sourceLocation
  ) async {
    let error = await #expect(throws: APIError.self, sourceLocation: sourceLocation) {
      try await authority.demand(within: maximumAge, by: identity ?? ada, in: request(token))
    }
    #expect(error?.status == .unauthorized, sourceLocation: sourceLocation)
    #expect(error?.type == "step_up_required", sourceLocation: sourceLocation)
    #expect(
      error?.extra["max_age_seconds"] == .number(maximumAge / .seconds(1)), sourceLocation: sourceLocation)
  }
}
