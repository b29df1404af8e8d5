import AgentSession
import Cryptography
import Testing

@Suite struct AgentCredentialTests {
  @Test func `a new credential survives being written and read`() throws {
    for _ in 0..<200 {
      let made = AgentCredential.generate()
      #expect(made.agentID.wholeMatch(of: /agt_[0-9a-v]{16}/) != nil)
      #expect(made.exposedSecret().wholeMatch(of: /ags_[0-9A-Za-z_-]{43}/) != nil)
      let read = try #require(AgentCredential(agentID: made.agentID, secret: made.exposedSecret()))
      #expect(read.agentID == made.agentID)
      #expect(read.secret == made.secret)
      #expect(read.secretHash == made.secret.withUnsafeBytes { SHA256.hash([UInt8]($0)) })
    }
  }

  @Test func `two have nothing in common`() {
    let (one, other) = (AgentCredential.generate(), AgentCredential.generate())
    #expect(one.agentID != other.agentID)
    #expect(one.secret != other.secret)
  }

  static let id = "agt_0123456789abcdef"
  static let secret = "ags_" + String(repeating: "A", count: 43)

  @Test func `the samples that the refusals below are made of are credentials`() {
    #expect(AgentCredential(agentID: Self.id, secret: Self.secret) != nil)
  }

  @Test(arguments: [
    "", "agt_", "agt_0123456789abcde", "agt_0123456789abcdefg", "tk_live_0123456789ab",
    "agt_0123456789abcdeF", "agt_0123456789abcdez", "agt_0123456789abcdé", " agt_0123456789abcde",
  ])
  func `anything else is no agent id`(id: String) {
    #expect(AgentCredential(agentID: id, secret: Self.secret) == nil)
  }

  @Test(arguments: [
    "", "ags_", "ags_AAAA", "AAAA" + String(repeating: "A", count: 43),
    "ags_" + String(repeating: "A", count: 42), "ags_" + String(repeating: "A", count: 44),
    "ags_" + String(repeating: "A", count: 42) + "=", "ags_" + String(repeating: "A", count: 42) + "B",
  ])
  func `anything else is no secret`(secret: String) {
    #expect(AgentCredential(agentID: Self.id, secret: secret) == nil)
  }
}
