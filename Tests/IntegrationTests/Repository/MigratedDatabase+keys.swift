import Foundation
import JSON
import Postgres
import Repository
import Testing

extension MigratedDatabase {
  /// Rotates to a version under some customer's key.
  @discardableResult
  func rotate(_ tenantID: UUID, to version: Int32) async throws -> UUID {
    try await keys.rotate(to: .customer(version, .sample()), of: tenantID, actorID: "ada", at: Self.now)
  }

  /// Takes a tenant back to the platform's wrapping.
  @discardableResult
  func remove(_ tenantID: UUID, version: Int32) async throws -> UUID {
    try await keys.removeConfiguration(
      replacingKeyBy: .platform(version), of: tenantID, actorID: "ada", at: Self.now)
  }

  /// Orders the revocation of a version, by default with the right confirmation and without losing anything.
  @discardableResult
  func order(
    revocationOf version: Int32, of tenantID: UUID, erases: Bool = false, confirmation: String? = nil,
    replacement: NewKeyVersion? = nil
  ) async throws -> KeyRevocation {
    try await keys.revoke(
      KeyRevocationOrder(
        version: version, erases: erases, confirmation: confirmation ?? "t-\(tenantID.uuidString.lowercased())",
        actorID: "ada"), replacement: replacement, of: tenantID, at: Self.now)
  }

  /// Waits until somebody waits for a lock of this kind in this database.
  func untilSomebodyWaits(for kind: String) async throws {
    _ = try await eventually("somebody to wait for a lock") {
      let waiting = try await count(
        """
        SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = $1
        """, [.text(kind)])
      return waiting > 0 ? true : nil
    }
  }

  /// Expects what must hold after whatever happened: exactly one active version, no gap before it, and a whole chain.
  func expectSound(_ tenantID: UUID, sourceLocation: SourceLocation = #_sourceLocation) async throws {
    let versions = try await keys.versions(of: tenantID)
    #expect(versions.count { $0.status == .active } == 1, sourceLocation: sourceLocation)
    #expect(versions.first?.status == .active, sourceLocation: sourceLocation)
    #expect(versions.map(\.version) == (0..<Int32(versions.count)).reversed(), sourceLocation: sourceLocation)
    let open = try await rewraps.jobs(of: tenantID).filter { $0.finishedAt == nil }
    #expect(open.allSatisfy { $0.targetVersion == versions.first?.version }, sourceLocation: sourceLocation)
    #expect(open.count <= 1, sourceLocation: sourceLocation)
    #expect(try await audit.verify().firstBadSequence == nil, sourceLocation: sourceLocation)
  }
}

extension NewKeyVersion {
  /// A version under the deployment's key.
  static func platform(_ version: Int32) -> NewKeyVersion {
    NewKeyVersion(
      id: UUID(), version: version,
      wrapping: Wrapping(method: .global, wrappedKey: [UInt8(version)], provider: nil))
  }

  /// A version under a KMS key of the platform's.
  static func operatorKMS(_ version: Int32) -> NewKeyVersion {
    let arn = "arn:aws:kms:us-east-1:123456789012:key/saas"
    return NewKeyVersion(
      id: UUID(), version: version,
      wrapping: Wrapping(
        method: .operatorKMS, wrappedKey: [UInt8(version)],
        provider: ProviderKey(
          name: "operator_kms_aws", keyReference: arn, configuration: [:], wrappingKey: arn)))
  }
}
