import CloudKMS
import Foundation
import HTTPClient
import JSON
import Testing

/// What a key that serves is found to be like, where the platform may look.
@Suite struct KeyInspectionTests {
  private func report(_ script: @escaping ScriptedAWS.Script) async throws -> VerificationReport {
    let aws = ScriptedAWS(script: script)
    return try await KeyVerifier(clouds: Clouds([Sample.platform(aws)])).verify(
      Sample.candidate(), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
  }

  private func detail(_ report: VerificationReport) -> String? {
    report.checks.first { $0.stage == .keyState }?.detail
  }

  private static func key(_ members: [String: JSONValue]) -> HTTPResponse {
    let key: [String: JSONValue] = [
      "Arn": .string(Sample.keyARN), "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT",
      "KeyState": "Enabled", "Origin": "AWS_KMS",
    ]
    return .json(200, ["KeyMetadata": .object(key.merging(members) { $1 })])
  }

  @Test func `where nothing may be seen, nothing is found, and that is well`() async throws {
    let report = try await report { _ in nil }
    #expect(report.warnings == [])
    #expect(detail(report) == "the role may not describe the key")
  }

  @Test func `a key that rotates is described`() async throws {
    let report = try await report {
      switch $0 {
      case .describe: Self.key([:])
      case .rotation: .json(200, ["KeyRotationEnabled": true])
      default: nil
      }
    }
    #expect(report.warnings == [])
    #expect(detail(report) == "SYMMETRIC_DEFAULT, ENCRYPT_DECRYPT, Enabled")
  }

  @Test func `a key without rotation is told`() async throws {
    let report = try await report {
      switch $0 {
      case .describe: Self.key([:])
      case .rotation: .json(200, ["KeyRotationEnabled": false])
      default: nil
      }
    }
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("rotation") == true)
  }

  @Test func `imported material that expires is told, with the day`() async throws {
    let report = try await report {
      guard $0 == .describe else { return nil }
      return Self.key(["Origin": "EXTERNAL", "ExpirationModel": "KEY_MATERIAL_EXPIRES", "ValidTo": 1_798_084_814])
    }
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("2026-12-24") == true)
  }

  @Test func `a role that may encrypt without the context is told`() async throws {
    let report = try await report {
      guard $0 == .encryptWithoutContext else { return nil }
      return .json(200, ["CiphertextBlob": "AAAA", "KeyId": .string(Sample.keyARN)])
    }
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("kms:EncryptionContext:tenant_id") == true)
  }

  @Test func `a key that is about to be deleted is refused with the day, if it may be known`() async throws {
    for (answer, isTold) in [
      (Self.key(["DeletionDate": 1_798_084_814]), true), (.kmsError("AccessDeniedException"), false),
    ] {
      let found = await #expect(throws: KMSFailure.self) {
        try await report {
          switch $0 {
          case .encrypt: .kmsError("KMSInvalidStateException", message: "k is pending deletion.")
          case .describe: answer
          default: nil
          }
        }
      }
      #expect(found?.reason == .keyPendingDeletion)
      #expect(found?.hint.contains("2026-12-24") == isTold)
    }
  }

  @Test(arguments: ["Throttling", "KMSInternalException"])
  func `trouble while looking forbids nothing`(_ code: String) async throws {
    let report = try await report {
      [.describe, .rotation, .encryptWithoutContext].contains($0) ? .kmsError(code, status: 500) : nil
    }
    #expect(report.checks.last?.ok == true)
    #expect(report.warnings == [])
  }

  private func gcpReport(_ key: JSONValue) async throws -> VerificationReport {
    let gcp = ScriptedGCP { $0 == .get ? .json(200, key) : nil }
    return try await KeyVerifier(clouds: Clouds([Sample.gcpPlatform(gcp)])).verify(
      KMSCandidate.parse(Sample.gcpBody()), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
  }

  /// Of Cloud KMS, as `cryptoKeys.get` tells it.
  private static func gcpKey(
    _ primary: [String: JSONValue] = [:],
    _ members: [String: JSONValue] = [
      "rotationPeriod": "7776000s", "nextRotationTime": "2027-01-01T00:00:00Z",
    ]
  ) -> JSONValue {
    let version: [String: JSONValue] = [
      "name": .string(ScriptedGCP.version), "state": "ENABLED", "algorithm": "GOOGLE_SYMMETRIC_ENCRYPTION",
      "protectionLevel": "HSM",
    ]
    let key: [String: JSONValue] = [
      "name": .string(Sample.gcpKey), "purpose": "ENCRYPT_DECRYPT", "primary": .object(version.merging(primary) { $1 }),
    ]
    return .object(key.merging(members) { $1 })
  }

  @Test func `a key in Google Cloud may be looked at or not`() async throws {
    let gcp = ScriptedGCP()
    let report = try await KeyVerifier(clouds: Clouds([Sample.gcpPlatform(gcp)])).verify(
      KMSCandidate.parse(Sample.gcpBody()), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
    #expect(report.warnings == [])
    #expect(detail(report) == "the service account may not look at the key")
    let request = try #require(gcp.requests.last)
    #expect(request.method == "GET")
    #expect(request.url == "https://cloudkms.googleapis.com/v1/\(Sample.gcpKey)")
    #expect(request.body.isEmpty)
    let seen = try await gcpReport(Self.gcpKey())
    #expect(seen.warnings == [])
    #expect(detail(seen) == "GOOGLE_SYMMETRIC_ENCRYPTION, HSM, ENABLED")
  }

  @Test(
    arguments: [
      (gcpKey([:], [:]), "rotation"), (gcpKey(["importJob": "j"]), "imported"),
      (gcpKey(["importTime": "2026-01-01T00:00:00Z"]), "imported"), (gcpKey([:], ["importOnly": true]), "imported"),
      (gcpKey(["destroyTime": "2026-12-24T03:00:00.123456789Z"]), "destruction on 2026-12-24"),
    ] as [(JSONValue, String)])
  func `a key in Google Cloud that needs attention is told once`(_ key: JSONValue, word: String) async throws {
    let report = try await gcpReport(key)
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains(word) == true)
  }

  @Test func `a key behind an external key manager rotates nowhere else`() async throws {
    #expect(try await gcpReport(Self.gcpKey(["protectionLevel": "EXTERNAL_VPC"], [:])).warnings == [])
  }

  @Test(
    arguments: [
      (["lifetimeActions": [["trigger": ["timeAfterCreate": "P90D"], "action": ["type": "Rotate"]]]], false),
      (["lifetimeActions": [["trigger": ["timeBeforeExpiry": "P30D"], "action": ["type": "Notify"]]]], true),
      (["lifetimeActions": []], true),
    ] as [(JSONValue, Bool)])
  func `a key in Azure without rotation is told, where the policy may be seen`(
    _ policy: JSONValue, isTold: Bool
  ) async throws {
    let azure = ScriptedAzure { $0 == .rotationPolicy ? .json(200, policy) : nil }
    let report = try await KeyVerifier(clouds: Clouds([Sample.azurePlatform(azure)])).verify(
      KMSCandidate.parse(Sample.azureBody()), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
    #expect(azure.requests.last?.url == "\(Sample.azureKey)/rotationpolicy?api-version=7.4")
    #expect(report.warnings.count == (isTold ? 1 : 0))
    #expect(report.warnings.allSatisfy { $0.contains("rotation") })
  }

  @Test func `a key in Azure that expires is told, with the day`() async throws {
    let azure = ScriptedAzure {
      guard $0 == .get, case .object(var members) = ScriptedAzure.key() else { return nil }
      members["attributes"] = ["enabled": true, "exp": 1_798_084_814]
      return .json(200, .object(members))
    }
    let report = try await KeyVerifier(clouds: Clouds([Sample.azurePlatform(azure)])).verify(
      KMSCandidate.parse(Sample.azureBody()), tenantID: Sample.tenantID, keyVersion: 1, deadline: Date() + 60)
    #expect(report.warnings.count == 1)
    #expect(report.warnings.first?.contains("2026-12-24") == true)
    #expect(detail(report)?.contains("RSA") == true)
  }
}
