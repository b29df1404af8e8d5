import AgentSession
import Foundation
import HTTPTypes
import JSON
import Testing

@testable import onboarding_api

@Suite struct SessionBodyTests {
  static let now = Date(timeIntervalSince1970: 1_795_492_814)
  static let credential = AgentCredential.generate()
  static let valid: [String: JSONValue] = [
    "agent_id": .string(credential.agentID), "agent_secret": .string(credential.exposedSecret()),
    "machine_fingerprint": "m", "nonce": "0123456789abcdef", "timestamp": .timestamp(now),
  ]

  static func body(_ changes: [String: JSONValue?]) throws -> SessionBody {
    var members = valid
    for (name, value) in changes { members[name] = value }
    return try SessionBody(.object(members), at: now)
  }

  @Test func `a request that fits is read`() throws {
    let body = try Self.body([:])
    #expect(body.credential?.agentID == Self.credential.agentID)
    #expect(body.credential?.secret == Self.credential.secret)
    #expect(body.machineFingerprint == "m")
    #expect(body.nonce == "0123456789abcdef")
  }

  @Test(arguments: [-300, -299.999, -1, 0, 0.001, 300] as [TimeInterval])
  func `a timestamp within the window is accepted, and its nonce kept until no process accepts it`(
    offset: TimeInterval
  ) throws {
    let timestamp = Self.now.addingTimeInterval(offset)
    let body = try Self.body(["timestamp": .timestamp(timestamp)])
    // A process whose clock is a minute behind accepts it for 360 seconds of this one's time.
    let lastAccepted = timestamp.addingTimeInterval(SessionBody.window + SessionBody.clockTolerance)
    #expect(abs(body.nonceExpiresAt.timeIntervalSince(lastAccepted)) < 0.001)
    #expect(body.nonceExpiresAt > Self.now.addingTimeInterval(59))
  }

  @Test(arguments: [-300.5, 300.5, -86_400, 86_400, 1e9] as [TimeInterval])
  func `a timestamp outside the window is refused`(offset: TimeInterval) {
    let timestamp = Self.now.addingTimeInterval(offset)
    let error = #expect(throws: APIError.self) { try Self.body(["timestamp": .timestamp(timestamp)]) }
    #expect(error?.status == .badRequest)
    #expect(error?.type == "validation_error")
    #expect(error?.extra["fields"] == ["timestamp": ["must be within 300 seconds of this server's clock"]])
  }

  @Test(arguments: ["agent_id", "agent_secret"])
  func `a credential that isn't written as one is nobody's, not a mistake to be explained`(name: String) throws {
    for text in ["x", "agt_0123456789abcde", "ags_" + String(repeating: "A", count: 44)] {
      #expect(try Self.body([name: .string(text)]).credential == nil)
    }
  }

  @Test(
    arguments: [
      ("agent_id", nil, "is required"), ("agent_id", 1, "must be a string, is a number"),
      ("agent_secret", nil, "is required"),
      ("agent_secret", .string(String(repeating: "a", count: 257)), "must have 1 to 256 bytes, has 257"),
      ("machine_fingerprint", nil, "is required"), ("machine_fingerprint", "", "must have 1 to 255 characters"),
      ("machine_fingerprint", "a\u{0}", "must not contain U+0000"),
      ("nonce", nil, "is required"), ("nonce", "0123456789abcde", "must have 16 to 128 bytes, has 15"),
      ("nonce", .string(String(repeating: "n", count: 129)), "must have 16 to 128 bytes, has 129"),
      ("nonce", "0123456789abcde f", "must consist of visible ASCII characters"),
      ("nonce", "0123456789abcdeé", "must consist of visible ASCII characters"),
      ("timestamp", nil, "is required"), ("timestamp", .null, "is required"),
      ("timestamp", 1_795_492_814, "must be a time of RFC 3339, such as 2030-01-31T00:00:00Z"),
      ("timestamp", "now", "must be a time of RFC 3339, such as 2030-01-31T00:00:00Z"),
      ("build_sig", "x", "is not known here"),
    ] as [(String, JSONValue?, String)])
  func `a member that doesn't fit is named with its reason`(name: String, value: JSONValue?, reason: String) {
    let error = #expect(throws: APIError.self) { try Self.body([name: value]) }
    #expect(error?.status == .badRequest)
    #expect(error?.extra["fields"]?[name] == [.string(reason)])
  }

  @Test func `no secret is repeated in an error`() {
    let error = #expect(throws: APIError.self) { try Self.body(["nonce": 1, "machine_fingerprint": nil]) }
    #expect(error.map { "\($0)".contains(Self.credential.exposedSecret()) } == false)
  }
}
