import AMQP
import Commands
import Cryptography
import FoundationEssentials
import Testing
import TracePropagation

@testable import ServiceKit

@Suite struct SignedCommandMessageTests {
  let authenticator = CommandAuthenticator(key: SecretBytes(copying: [UInt8](repeating: 7, count: 32)))

  @Test func `a command survives being a message`() throws {
    let signed = try authenticator.sign(StartRewrap(leaseID: UUID()))
    #expect(try SignedCommand(signed.message) == signed)
  }

  @Test func `the message carries what the contract says`() throws {
    let signed = try authenticator.sign(StartRewrap(leaseID: UUID()))
    let message = signed.message
    #expect(message.type == "rewrap.start")
    #expect(message.messageID == signed.messageID.uuidString.lowercased())
    #expect(message.contentType == "application/json")
    #expect(message.isPersistent)
    #expect(message.headers == ["x-signature": .string(signed.signature)])
    #expect(message.trace == nil)
  }

  @Test func `the message belongs to the trace of whoever makes it`() throws {
    let signed = try authenticator.sign(StartRewrap(leaseID: UUID()))
    let trace = TraceContext()
    let message = TraceContext.$current.withValue(trace) { signed.message }
    #expect(message.headers["traceparent"] == .string(trace.headerValue))
    #expect(message.trace == trace)
    #expect(try SignedCommand(message) == signed)
  }
}
