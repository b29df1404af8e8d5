import Foundation
import JSON
import NIOCore
import Testing

@testable import Repository
@testable import onboarding_api

@Suite struct TenantViewTests {
  @Test func `who comes anew is told of the newest job and the seal`() {
    let view = TenantView.sample(jobs: [.sample(2), .sample(1)], sealedSince: Issuer.now)
    let events = view.events(since: nil)
    #expect(events.map(\.name) == ["rewrap.progress", "tenant.sealed"])
    #expect(events[0].data["target_version"] == 2)
    #expect(events[1].data["last_verify_error"] == "access_denied")
  }

  @Test func `who comes anew to a tenant without a key or a job is told of nothing`() {
    #expect(TenantView.removed.events(since: nil).isEmpty)
  }

  @Test func `what hasn't changed isn't told`() {
    let view = TenantView.sample(jobs: [.sample(1)])
    #expect(view.events(since: view).isEmpty)
  }

  @Test func `each job that moved is told of, the older first`() {
    let (first, second) = (UUID(), UUID())
    let before = TenantView.sample(jobs: [.sample(1, id: first)])
    let after = TenantView.sample(jobs: [.sample(2, id: second), .sample(1, id: first, status: .superseded)])
    let events = after.events(since: before)
    #expect(events.map(\.name) == ["rewrap.progress", "rewrap.progress"])
    #expect(events.map(\.data["status"]) == ["superseded", "running"])
  }

  @Test func `a seal is told of when it closes and when it opens`() {
    let open = TenantView.sample()
    let sealed = TenantView.sample(sealedSince: Issuer.now)
    #expect(sealed.events(since: open).map(\.name) == ["tenant.sealed"])
    #expect(open.events(since: sealed).map(\.name) == ["tenant.unsealed"])
    #expect(TenantView.sample(sealedSince: Issuer.now).events(since: sealed).isEmpty)
  }

  @Test func `a seal that opened and closed between two looks is told of`() {
    let before = TenantView.sample(sealedSince: Issuer.now)
    let after = TenantView.sample(sealedSince: Issuer.now.addingTimeInterval(1))
    #expect(after.events(since: before).map(\.name) == ["tenant.sealed"])
  }

  @Test func `a seal ends with the configuration that it was of`() {
    let removed = TenantView.removed
    let events = removed.events(since: .sample(sealedSince: Issuer.now))
    #expect(events.map(\.name) == ["tenant.unsealed"])
    #expect(events[0].data["last_verified_at"] == .null)
    #expect(removed.events(since: .sample()).isEmpty)
  }

  @Test func `a new active version and a revoked one are told of, a retired one isn't`() {
    let before = TenantView.sample(versions: [1: .active, 0: .retired])
    let after = TenantView.sample(versions: [2: .active, 1: .retired, 0: .revoked])
    let events = after.events(since: before)
    #expect(events.map(\.name) == ["key.revoked", "key.rotated"])
    #expect(events.map(\.data["version"]) == [0, 2])
  }

  @Test func `what the audit chain holds a row of is told with the chain's head`() {
    let before = TenantView.sample(versions: [1: .active, 0: .retired])
    let after = TenantView.sample(sealedSince: Issuer.now, versions: [2: .active, 1: .retired, 0: .revoked])
    let events = after.events(since: before) + before.events(since: after)
    #expect(Set(events.map(\.name)) == ["tenant.sealed", "key.revoked", "key.rotated", "tenant.unsealed"])
    for event in events { #expect(event.data["audit_head"]?.string == "7:" + String(repeating: "ab", count: 32)) }
  }

  @Test func `an event is its lines and an empty one`() {
    let event = ServerSentEvent(name: "key.rotated", data: ["version": 2, "text": "a\nb"])
    #expect(
      String(buffer: event.bytes(id: 7)) == "event: key.rotated\nid: 7\ndata: {\"text\":\"a\\nb\",\"version\":2}\n\n")
  }
}

extension TenantView {
  fileprivate static func sample(
    jobs: [RewrapJob] = [], sealedSince: Date? = nil, versions: [Int32: KeyVersion.Status] = [:]
  ) -> TenantView {
    TenantView(
      jobs: jobs,
      configuration: KMSConfiguration(
        provider: "customer_kms_aws", keyReference: "arn", configuration: [:], sealedSince: sealedSince,
        lastVerifiedAt: Issuer.now, lastVerifyError: sealedSince.map { _ in "access_denied" }),
      versions: versions.sorted { $0.key > $1.key }.map { version, status in
        KeyVersion(
          id: UUID(), tenantID: UUID(), version: version, status: status,
          wrapping: Wrapping(method: .global, wrappedKey: [], provider: nil), createdAt: Issuer.now, retiredAt: nil)
      }, auditHead: head)
  }

  /// Of a tenant without a configuration.
  fileprivate static let removed = TenantView(jobs: [], configuration: nil, versions: [], auditHead: head)

  private static let head = AuditHead(sequenceNumber: 7, hash: [UInt8](repeating: 0xab, count: 32))
}

extension RewrapJob {
  fileprivate static func sample(_ version: Int32, id: UUID = UUID(), status: Status = .running) -> RewrapJob {
    RewrapJob(
      id: id, tenantID: UUID(), targetVersion: version, status: status, total: 10, processed: 5, failed: 0,
      startedAt: nil, resumedAt: nil, resumedProcessed: 0, progressedAt: nil, finishedAt: nil)
  }
}
