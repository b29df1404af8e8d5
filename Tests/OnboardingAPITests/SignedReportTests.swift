import Cryptography
import Foundation
import JSON
import Repository
import Testing

@testable import onboarding_api

@Suite struct SignedReportTests {
  static let seed = SecretBytes(copying: [UInt8](repeating: 7, count: 32))
  static let start = Date(timeIntervalSince1970: 1_795_492_814)

  static func report(evictions: [KeyEviction], lastSessionEnd: Date? = nil) -> DrillReport {
    DrillReport(
      tenantID: UUID(), keyReference: "arn:aws:kms:us-east-1:111122223333:key/abcd", method: "guided",
      revokedAt: start, sealedAt: start.addingTimeInterval(31.0625), reason: "key_disabled: Enable it.",
      evictions: evictions, evictedBy: start.addingTimeInterval(332), lastSessionEnd: lastSessionEnd,
      restoredAt: start.addingTimeInterval(40), unsealedAt: start.addingTimeInterval(52.5))
  }

  @Test func `the report says how long each thing took from the revocation, and what nobody knows`() {
    let (api, worker) = (UUID(), UUID())
    let evictions = [
      KeyEviction(holderID: api, service: "onboarding-api", evictedAt: Self.start.addingTimeInterval(31.25)),
      KeyEviction(holderID: worker, service: "rewrap-worker", evictedAt: Self.start.addingTimeInterval(31.125)),
    ]
    let end = Self.start.addingTimeInterval(300)
    let report = Self.report(evictions: evictions, lastSessionEnd: end)
    #expect(report.json["seconds_to_detection"] == .number(31.063))
    #expect(report.json["seconds_to_eviction"] == .number(31.25))
    #expect(report.json["seconds_to_last_session_end"] == 300)
    #expect(report.json["seconds_to_unsealing"] == .number(12.5))
    let silent = Self.report(evictions: evictions + [KeyEviction(holderID: UUID(), service: "w", evictedAt: nil)])
    #expect(silent.json["seconds_to_eviction"] == .null)
    #expect(silent.json["last_session_ends_at"] == .null)
    #expect(Self.report(evictions: []).json["seconds_to_eviction"] == .number(31.063), "nobody held it")
  }

  @Test func `a signature holds for the very report, under the very key, in whatever order it's written`() throws {
    let signed = try SignedReport(signing: Self.report(evictions: []).json, with: Self.seed)
    let key = try Ed25519.publicKey(of: Self.seed)
    #expect(signed.isValid(under: key))
    let read = try #require(SignedReport(parsing: signed.json.canonicalBytes))
    #expect(read == signed)
    #expect(read.isValid(under: key))
    let text = signed.json.canonicalText
    let changed = try #require(SignedReport(parsing: Array(text.replacing("31.063", with: "1.063").utf8)))
    #expect(changed != signed)
    #expect(!changed.isValid(under: key))
    let other = try Ed25519.publicKey(of: SecretBytes(copying: [UInt8](repeating: 8, count: 32)))
    #expect(!signed.isValid(under: other))
    for text in ["", "[]", "{}", #"{"report":{}}"#, #"{"report":{},"signature":{"value":"!"}}"#] {
      #expect(SignedReport(parsing: Array(text.utf8)) == nil)
    }
  }
}
