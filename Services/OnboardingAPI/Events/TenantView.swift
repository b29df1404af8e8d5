import Commands
import FoundationEssentials
import JSON
import Repository

/// What a watcher of a tenant can see, as the database had it when it was read.
struct TenantView: Sendable, Equatable {
  /// How many jobs are watched: the newest, and those that it may just have superseded.
  static let jobs: Int32 = 5

  /// Newest first.
  let jobs: [RewrapJob]
  /// Nil while the platform's wrapping serves the tenant.
  let configuration: KMSConfiguration?
  /// Newest first.
  let versions: [KeyVersion]
  /// What the audit chain commits to, with all that is seen here.
  let auditHead: AuditHead

  /// Reads it; the chain's head comes last, so that it covers the rest.
  static func read(
    _ tenantID: UUID, _ rewraps: RewrapStore, _ keys: KeyStore, _ chain: AuditChain
  ) async throws -> TenantView {
    TenantView(
      jobs: try await rewraps.jobs(of: tenantID, limit: jobs),
      configuration: try await keys.configuration(of: tenantID), versions: try await keys.versions(of: tenantID),
      auditHead: try await chain.head())
  }

  /// What has happened since an earlier view, or, to who has none, what is the case.
  func events(since last: TenantView?) -> [ServerSentEvent] {
    guard let last else {
      return [jobs.first.map(Self.progress), configuration.map { _ in seal }].compactMap(\.self)
    }
    let moved = jobs.reversed().filter { !last.jobs.contains($0) }.map(Self.progress)
    // The removal of a sealed configuration, by an erasure, ends the seal too.
    let turned = configuration?.sealedSince == last.configuration?.sealedSince ? [] : [seal]
    return moved + turned + keyEvents(since: last)
  }

  private func keyEvents(since last: TenantView) -> [ServerSentEvent] {
    let known = Dictionary(last.versions.map { ($0.version, $0.status) }) { first, _ in first }
    return versions.reversed().compactMap { key in
      guard known[key.version] != key.status else { return nil }
      switch key.status {
      case .active: return chained(.keyRotated, ["version": .integer(key.version)])
      case .revoked: return chained(.keyRevoked, ["version": .integer(key.version)])
      case .retired: return nil
      }
    }
  }

  private static func progress(_ job: RewrapJob) -> ServerSentEvent { ServerSentEvent(.rewrapProgress, job.json) }

  private var seal: ServerSentEvent {
    if let since = configuration?.sealedSince {
      chained(
        .tenantSealed,
        [
          "sealed_since": .timestamp(since),
          "last_verify_error": configuration?.lastVerifyError.map { .string($0) } ?? .null,
        ])
    } else {
      chained(.tenantUnsealed, ["last_verified_at": .timestamp(configuration?.lastVerifiedAt)])
    }
  }

  /// An event of what the audit chain holds a row of: whoever keeps its head can show later what was cut off since.
  private func chained(_ kind: TenantEvent.Kind, _ members: [String: JSONValue]) -> ServerSentEvent {
    ServerSentEvent(kind, .object(members.merging(["audit_head": .string(auditHead.description)]) { $1 }))
  }
}

extension ServerSentEvent {
  fileprivate init(_ kind: TenantEvent.Kind, _ data: JSONValue) { self.init(name: kind.rawValue, data: data) }
}
