import CloudKMS
import Cryptography
import Foundation
import Testing

/// What every provider's keys owe the tenants and us, on the stand-ins of all clouds: nothing in here knows which.
@Suite(.enabled(if: StandInCloud.arePlayed, "a cloud's stand-in is missing"))
struct CloudConformanceTests {
  private let tenantID = UUID()
  private var context: EncryptionContext { EncryptionContext(tenantID: tenantID, keyVersion: 1) }
  private let secret = SecretBytes.random(count: 32)

  private func failure(_ body: () async throws -> Void) async throws -> KMSFailure? {
    do {
      try await body()
      return nil
    } catch let error as KMSFailure { return error }
  }

  @Test(arguments: StandInCloud.allCases)
  func `a key is wrapped and unwrapped, for its own tenant, version and purpose`(_ cloud: StandInCloud) async throws {
    try await cloud.withCustomer { customer in
      let key = try customer.key()
      let wrapped = try await key.wrap(secret, context: context)
      #expect(try await customer.key().unwrap(wrapped, context: context) == secret)
      let others = [
        EncryptionContext(tenantID: UUID(), keyVersion: 1), EncryptionContext(tenantID: tenantID, keyVersion: 2),
        EncryptionContext(tenantID: tenantID, keyVersion: 1, purpose: .verification),
      ]
      for other in others {
        let found = try await failure { _ = try await key.unwrap(wrapped, context: other) }
        #expect(found?.reason == .integrity)
        #expect(found?.seal == .now)
      }
    }
  }

  @Test(arguments: StandInCloud.allCases)
  func `each stage of a verification passes and says what it found`(_ cloud: StandInCloud) async throws {
    try await cloud.withCustomer { customer in
      let candidate = try KMSCandidate.parse(customer.candidate)
      let report = try await KeyVerifier(clouds: customer.clouds).verify(
        candidate, tenantID: tenantID, keyVersion: 1, deadline: Date() + 30)
      #expect(report.checks.first?.stage == .validate)
      #expect(report.checks.map(\.stage).contains(.assumeRole))
      #expect(report.checks.allSatisfy { $0.ok && !$0.detail.isEmpty })
      #expect(report.warnings.map { $0.contains("kms:EncryptionContext") } == (cloud == .aws ? [true] : []))
      let wrapped = try await KeyVerifier(clouds: customer.clouds).wrapNewKey(
        candidate, tenantID: tenantID, keyVersion: 1, deadline: Date() + 30)
      #expect(wrapped.keyReference == report.keyReference)
      #expect(try await customer.key().unwrap(wrapped, context: context).count == 32)
    }
  }

  @Test(arguments: StandInCloud.allCases)
  func `a key that is taken away is gone at once, by whatever way, and comes back`(_ cloud: StandInCloud) async throws {
    try await cloud.withCustomer { customer in
      let key = try customer.key()
      let wrapped = try await key.wrap(secret, context: context)
      for killSwitch in customer.killSwitches {
        try await killSwitch.pull()
        let found = try await failure { _ = try await key.unwrap(wrapped, context: context) }
        #expect(found?.reason == killSwitch.reason, "\(killSwitch)")
        #expect(found?.seal == .now, "\(killSwitch)")
        #expect(found?.isPermanent == true, "\(killSwitch)")
        #expect(found?.stage == killSwitch.stage, "\(killSwitch)")
        #expect(found?.hint.isEmpty == false, "\(killSwitch)")
        try await killSwitch.restore()
        #expect(try await key.unwrap(wrapped, context: context) == secret, "\(killSwitch)")
      }
    }
  }
}
