import Commands
import Cryptography
import FoundationEssentials
import Testing

@Suite struct CommandAuthenticatorTests {
  let authenticator = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))
  let command = StartRewrap(leaseID: UUID())

  @Test func `what is signed opens`() throws {
    let signed = try authenticator.sign(command)
    #expect(try authenticator.open(StartRewrap.self, from: signed) == command)
    #expect(signed.name == "rewrap.start")
    #expect(String(decoding: signed.body, as: UTF8.self).contains(#""schema":1"#))
  }

  @Test func `every part is covered by the signature`() throws {
    let signed = try authenticator.sign(command)
    var body = signed.body
    body[body.count - 3] ^= 1
    let forgeries = [
      SignedCommand(name: signed.name, messageID: UUID(), body: signed.body, signature: signed.signature),
      SignedCommand(name: "rewrap.batch", messageID: signed.messageID, body: signed.body, signature: signed.signature),
      SignedCommand(name: signed.name, messageID: signed.messageID, body: body, signature: signed.signature),
      SignedCommand(name: signed.name, messageID: signed.messageID, body: signed.body, signature: ""),
      SignedCommand(name: signed.name, messageID: signed.messageID, body: signed.body, signature: "zz"),
      SignedCommand(
        name: signed.name, messageID: signed.messageID, body: signed.body,
        signature: String(signed.signature.dropLast(2))),
      SignedCommand(
        name: signed.name, messageID: signed.messageID, body: signed.body, signature: signed.signature.uppercased()),
    ]
    for forgery in forgeries {
      let error = #expect(throws: CommandError.self) { try authenticator.open(StartRewrap.self, from: forgery) }
      #expect(error?.code == .notAuthentic)
    }
  }

  @Test func `another key is refused`() throws {
    let stranger = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
    let error = #expect(throws: CommandError.self) {
      try authenticator.open(StartRewrap.self, from: stranger.sign(command))
    }
    #expect(error?.code == .notAuthentic)
  }

  @Test func `keys change without a moment in which services don't understand each other`() throws {
    let (old, new) = (SecretBytes.random(count: 32), SecretBytes.random(count: 32))
    // Each service passes through these, one after the other: any two neighbours may run side by side.
    let steps = [
      CommandAuthenticator(key: old), CommandAuthenticator(key: old, alsoAccepting: new),
      CommandAuthenticator(key: new, alsoAccepting: old), CommandAuthenticator(key: new),
    ]
    for (one, next) in zip(steps, steps.dropFirst()) {
      #expect(try one.open(StartRewrap.self, from: next.sign(command)) == command)
      #expect(try next.open(StartRewrap.self, from: one.sign(command)) == command)
    }
    // The key that is accepted only does not sign.
    let id = UUID()
    #expect(try steps[1].sign(command, messageID: id) == steps[0].sign(command, messageID: id))
    let error = #expect(throws: CommandError.self) { try steps[3].open(StartRewrap.self, from: steps[0].sign(command)) }
    #expect(error?.code == .notAuthentic)
  }

  @Test(arguments: [
    (#"{"schema":2,"lease_id":"4B1E6F0A-6A5B-4E57-9C39-1D3B0B4D6C11"}"#, CommandError.Code.unknown),
    (#"{"lease_id":"4B1E6F0A-6A5B-4E57-9C39-1D3B0B4D6C11"}"#, .malformed),
    (#"{"schema":1,"lease_id":"not a uuid"}"#, .malformed), (#"{"schema":1"#, .malformed), ("", .malformed),
  ])
  func `an authentic body must fit`(body: String, code: CommandError.Code) throws {
    let signed = try authenticator.sign(name: StartRewrap.name, messageID: UUID(), body: Array(body.utf8))
    let error = #expect(throws: CommandError.self) { try authenticator.open(StartRewrap.self, from: signed) }
    #expect(error?.code == code)
  }

  @Test func `a command opens only as its own type`() throws {
    let signed = try authenticator.sign(command)
    let error = #expect(throws: CommandError.self) { try authenticator.open(RewrapBatch.self, from: signed) }
    #expect(error?.code == .unknown)
  }

  @Test func `bodies are bounded both ways`() throws {
    let long = [UInt8](repeating: 0x20, count: CommandAuthenticator.maximumBodyLength + 1)
    #expect(throws: CommandError.self) { try authenticator.sign(name: "x", messageID: UUID(), body: long) }
    let message = SignedCommand(name: StartRewrap.name, messageID: UUID(), body: long, signature: "00")
    let error = #expect(throws: CommandError.self) { try authenticator.open(StartRewrap.self, from: message) }
    #expect(error?.code == .tooLong)
  }

  @Test func `a question of before there was a choice is told of each step`() throws {
    let body = #"""
      {"schema":1,"tenant_id":"0190A1B2-0000-7000-8000-000000000001","candidate":"{}","key_version":3,\#
      "wraps_new_key":true,"deadline":0}
      """#
    let signed = try authenticator.sign(name: VerifyKey.name, messageID: UUID(), body: Array(body.utf8))
    #expect(try authenticator.open(VerifyKey.self, from: signed).tellsProgress)
  }

  @Test func `every command survives the wire`() throws {
    let verify = VerifyKey(
      tenantID: UUID(), candidate: "{}", keyVersion: 3, wrapsNewKey: true, deadline: Date(timeIntervalSince1970: 1e9))
    #expect(try authenticator.open(VerifyKey.self, from: authenticator.sign(verify)) == verify)
    let quiet = VerifyKey(
      tenantID: UUID(), candidate: "{}", keyVersion: 3, wrapsNewKey: true, tellsProgress: false, deadline: .distantPast)
    #expect(try authenticator.open(VerifyKey.self, from: authenticator.sign(quiet)) == quiet)
    let reply = VerifyKeyReply(
      inReplyTo: UUID(),
      outcome: .verified(
        .init(
          checks: [.init(stage: "encrypt", ok: true, ms: 3, detail: "")], warnings: ["w"], wrappingKey: "arn",
          wrappedKey: Data([1, 2]))))
    #expect(try authenticator.open(VerifyKeyReply.self, from: authenticator.sign(reply)) == reply)
    let refusal = VerifyKeyReply(
      inReplyTo: UUID(), outcome: .refused(.init(reason: "r", stage: "s", providerCode: nil, hint: "h")))
    #expect(try authenticator.open(VerifyKeyReply.self, from: authenticator.sign(refusal)) == refusal)
    let batch = RewrapBatch(leaseID: UUID(), table: 2, range: 7, after: UUID())
    #expect(try authenticator.open(RewrapBatch.self, from: authenticator.sign(batch)) == batch)
  }
}
