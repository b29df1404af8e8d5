import CloudKMS
import Cryptography
import Foundation
import HTTPClient
import JSON
import SigV4
import Locking
import Testing

/// The tenant, the key and the platform of these tests.
enum Sample {
  static let keyARN = "arn:aws:kms:us-east-1:111122223333:key/abcd-1234-5678-efgh"
  static let roleARN = "arn:aws:iam::111122223333:role/KnoxCallKMSAccess"
  static let externalID = "550e8400-e29b-41d4-a716-446655440000"
  static let tenantID = UUID(uuid: (0, 0, 0, 0, 0, 0, 0x40, 0, 0x80, 0, 0, 0, 0, 0, 0, 1))
  /// 2026-11-24T04:00:14Z.
  static let now = Date(timeIntervalSince1970: 1_795_492_814)
  static let key = SecretBytes(copying: 0..<32)
  static let context = EncryptionContext(tenantID: tenantID, keyVersion: 1)

  static let credentials = AWSCredentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: SecretBytes(copying: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".utf8))

  /// An onboarding body; nil removes a member.
  static func body(
    provider: JSONValue? = "aws", keyReference: JSONValue? = .string(keyARN), config: [String: JSONValue] = [:],
    adding others: [String: JSONValue] = [:]
  ) -> JSONValue {
    let honest: [String: JSONValue] = [
      "region": "us-east-1", "role_arn": .string(roleARN), "external_id": .string(externalID),
    ]
    var members = others
    members["provider"] = provider
    members["kms_key_ref"] = keyReference
    members["config"] = .object(honest.merging(config) { $1 })
    return .object(members)
  }

  static func candidate(keyReference: String = keyARN) throws -> KMSCandidate {
    try KMSCandidate.parse(body(keyReference: .string(keyReference)))
  }

  static func configuration(_ body: JSONValue = body()) throws -> AWSKeyConfiguration {
    try #require(KMSCandidate.parse(body).configuration as? AWSKeyConfiguration)
  }

  static func platform(_ transport: some HTTPTransport, endpoint: String? = nil) -> AWSPlatform {
    AWSPlatform(
      transport: transport, credentials: FixedCredentials(credentials), endpoint: endpoint,
      clock: KMSClock(now: { now }, sleep: { _ in }))
  }

  static func kek(_ transport: some HTTPTransport, keyReference: String = keyARN) throws -> CustomerKey<AWSPlatform> {
    CustomerKey(
      configuration: try configuration(body(keyReference: .string(keyReference))), platform: platform(transport))
  }
}

/// A clock that stands still but for sleeping.
final class ManualClock: Sendable {
  private let time = Guarded(Sample.now)
  private let naps = Guarded<[Duration]>([])

  var sleeps: [Duration] { naps.withLock { $0 } }

  func advance(_ duration: Duration) {
    time.withLock { $0 += duration / .seconds(1) }
  }

  var clock: KMSClock {
    KMSClock(
      now: { self.time.withLock { $0 } },
      sleep: { duration in
        try Task.checkCancellation()
        self.naps.withLock { $0.append(duration) }
        self.advance(duration)
      })
  }
}

/// Runs a throwing body and answers the failure it threw.
func failure(_ body: () async throws(KMSFailure) -> Void) async -> KMSFailure? {
  do {
    try await body()
    return nil
  } catch { return error }
}
