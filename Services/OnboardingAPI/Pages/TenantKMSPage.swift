import CloudKMS
import Commands
import FoundationEssentials
import JSON
import Repository

/// What `tenant-kms.mustache` shows.
struct TenantKMSPage {
  /// How many of the newest rows of the audit chain are shown.
  static let auditRows: Int32 = 12

  let assets = Asset.folder
  let frame: PageFrame
  let slug: String
  let canWrite: Bool
  let isOwner: Bool
  let sealed: Trouble?
  let degraded: Trouble?
  let customer: Customer?
  let platform: Bool
  let job: Job?
  let versions: [Version]
  let audit: [AuditLine]

  /// - Parameters:
  ///   - view: the tenant's keys and jobs, of one moment.
  ///   - rows: how many values are under each version.
  ///   - audit: the newest rows of the chain.
  init(
    of tenant: Tenant, for identity: AdminIdentity, _ view: TenantView, rows: [Int32: Int], audit: [AuditRow]
  ) {
    frame = PageFrame(tenant, identity, in: .security)
    slug = tenant.slug
    canWrite = identity.may(.onboard)
    isOwner = identity.may(.revoke)
    let configuration = view.configuration
    let isSealed = configuration?.sealedSince != nil
    sealed = configuration?.sealedSince.map {
      Trouble(since: PageTime($0), reason: configuration?.lastVerifyError ?? "")
    }
    degraded =
      isSealed
      ? nil
      : configuration.flatMap { kept in
        kept.lastVerifyError.map { Trouble(since: PageTime(kept.lastVerifiedAt), reason: $0) }
      }
    customer = configuration.map { Customer($0) }
    platform = configuration == nil
    job = view.jobs.first.map { Job($0) }
    let mayRevoke = isOwner
    versions = view.versions.map { Version($0, rows: rows[$0.version, default: 0], mayRevoke: mayRevoke) }
    self.audit = audit.map(AuditLine.init)
  }

  /// Since when the key doesn't serve, or when it last did, and why.
  struct Trouble {
    let since: PageTime
    let reason: String
  }

  /// A line of the provider's settings.
  struct Setting {
    let name: String
    let value: String
  }

  /// The customer's key.
  struct Customer {
    let cloud: String
    let keyReference: String
    let settings: [Setting]
    let answered: PageTime
    let isSealed: Bool

    init(_ configuration: KMSConfiguration) {
      cloud = Self.clouds[configuration.provider] ?? configuration.provider
      keyReference = configuration.keyReference
      // The external ID is shown to nobody.
      settings = Self.members.compactMap { name, member in
        configuration.configuration[member]?.string.map { Setting(name: name, value: $0) }
      }
      answered = PageTime(configuration.lastVerifiedAt)
      isSealed = configuration.sealedSince != nil
    }

    private static let members = [
      ("Region", "region"), ("Role", "role_arn"), ("Service account", "impersonate_service_account"),
      ("Project", "project_id"), ("Vault", "vault_url"), ("Directory", "azure_tenant_id"),
      ("Application", "client_id"), ("Its secret in", "client_secret_env_var"),
    ]

    private static let clouds = [
      "customer_kms_aws": "AWS KMS", "customer_kms_gcp": "Google Cloud KMS", "customer_kms_azure": "Azure Key Vault",
    ]
  }

  /// The newest rewrap job.
  struct Job {
    let lease: String
    let state: String
    let status: String
    let version: Int32
    let max: Int
    let done: Int
    let processed: String
    let total: String
    let rate: String
    let left: String
    let failed: String
    let hasFailures: Bool
    let isRunning: Bool
    let isPaused: Bool
    let mayRetry: Bool

    init(_ job: RewrapJob) {
      lease = job.id.text
      state = job.status.rawValue
      status = Self.words[job.status] ?? job.status.rawValue
      version = job.targetVersion
      max = Swift.max(job.total, 1)
      done = job.status == .completed && job.total == 0 ? 1 : job.processed + job.failed
      processed = job.processed.grouped
      total = job.total.grouped
      rate = job.rowsPerSecond.map { "\(Int($0).grouped) per second" } ?? ""
      left = job.secondsLeft.map { "\(Int($0.rounded(.up)).grouped) s left" } ?? ""
      failed = job.failed.grouped
      hasFailures = job.failed > 0
      isRunning = job.status == .running
      isPaused = job.status == .paused
      mayRetry = job.failed > 0 && [.running, .completedWithFailures].contains(job.status)
    }

    private static let words: [RewrapJob.Status: String] = [
      .running: "Running", .paused: "Paused", .pausedSealed: "Waiting for your key", .completed: "Completed",
      .completedWithFailures: "Completed, but for some that failed", .superseded: "Superseded",
    ]
  }

  /// A key version.
  struct Version {
    let version: Int32
    let status: String
    let wrappedBy: String
    let rows: String
    let created: PageTime
    let mayRevoke: Bool

    init(_ key: KeyVersion, rows: Int, mayRevoke: Bool) {
      version = key.version
      status = key.status.rawValue
      wrappedBy =
        switch key.wrapping.method {
        case .global: "this service's own key"
        case .operatorKMS: "this service's KMS key"
        case .customerKMS: key.wrapping.provider?.keyReference ?? "your key"
        }
      self.rows = rows.grouped
      created = PageTime(key.createdAt)
      self.mayRevoke = mayRevoke && key.status != .revoked
    }
  }

  /// A row of the audit chain.
  struct AuditLine {
    let at: PageTime
    let action: String
    let actor: String
    let resource: String

    init(_ row: AuditRow) {
      at = PageTime(Date(timeIntervalSince1970: Double(row.at) / 1e6))
      action = row.entry.action
      actor = row.entry.actorID
      resource = "\(row.entry.resourceType) \(row.entry.resourceID)"
    }
  }
}
