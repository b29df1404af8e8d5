/// Why the repository refused; what the server itself reports is a `PostgresError`.
public struct RepositoryError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Why.
  public enum Code: Sendable, Equatable {
    /// A migration that was applied reads otherwise now.
    case migrationEdited(Int32)
    /// The schema was migrated by a newer version of this software.
    case schemaTooNew(found: Int32, known: Int32)
    /// The schema lacks migrations that this software needs.
    case schemaOutdated(missing: [Int32])
    /// No such tenant.
    case noSuchTenant
    /// A tenant of that slug exists.
    case slugTaken
    /// A secret of that name exists in the tenant.
    case nameTaken
    /// The external ID was proven by another tenant.
    case externalIDInUse
    /// The tenant's key versions moved on since they were read: read again and retry.
    case keyVersionMoved
    /// The tenant hasn't brought a key, or has gone back to the platform's wrapping.
    case noConfiguration
    /// The tenant has brought a key, so that the platform wraps nothing of it.
    case configurationExists
    /// The tenant's keys can't be unwrapped at the moment, so none can take another's place.
    case tenantSealed
    /// The tenant has no key version of that number.
    case noSuchVersion
    /// The version is the one that wraps: it goes only by erasure.
    case versionActive
    /// So many rows are still wrapped under the version: it goes only by erasure, or once they are rewrapped.
    case rowsRemaining(Int64)
    /// The version is the active one, and nothing was given to take its place.
    case replacementNeeded
    /// What was typed as a confirmation isn't the tenant's slug.
    case confirmationMismatch
    /// All tenants' rows are seen only by the owner of the tables, who this login is not.
    case notTheOwner
    /// No such rewrap job.
    case noSuchJob
    /// The rewrap job is where the transition can't start.
    case wrongJobState(RewrapJob.Status, RewrapTransition)
    /// The job's target version isn't the tenant's active one any more.
    case jobOutdated
    /// The feed has not reached this place: it was another database's, or this one's before it was restored.
    case noSuchPosition
    /// The tenant has as many API keys as it may.
    case tooManyAPIKeys
    /// A column holds a word that this version doesn't know.
    case unknownValue(column: String, String)
  }

  /// Why.
  public let code: Code

  init(_ code: Code) { self.code = code }

  /// The external ID was proven by another tenant.
  public static let externalIDInUse = RepositoryError(.externalIDInUse)

  /// The tenant has no key version of that number.
  public static let noSuchVersion = RepositoryError(.noSuchVersion)

  /// One sentence for the operator.
  public var description: String {
    switch code {
    case .migrationEdited(let version):
      "migration \(version) differs from the one applied to this database: restore the file, and write a new migration"
    case .schemaTooNew(let found, let known):
      "the database is at schema version \(found), this program knows \(known): run the newer version"
    case .schemaOutdated(let missing):
      "the database lacks the migrations \(missing.map(String.init).joined(separator: ", ")): run `onboarding-api migrate`"
    case .noSuchTenant: "no such tenant"
    case .slugTaken: "a tenant of that slug exists"
    case .nameTaken: "a secret of that name exists"
    case .externalIDInUse: "the external ID is in use by another tenant"
    case .keyVersionMoved: "the tenant's key versions changed meanwhile"
    case .noConfiguration: "this tenant has not brought a key; the platform's wraps it"
    case .configurationExists: "this tenant has brought a key, and the platform's wraps nothing of it"
    case .tenantSealed: "the tenant is sealed"
    case .noSuchVersion: "the tenant has no such key version"
    case .versionActive: "the version is the active one: rotate first, or erase"
    case .rowsRemaining(let count): "\(count) values are still wrapped under the version: have them rewrapped, or erase"
    case .replacementNeeded: "the active version can't go without another to take its place"
    case .confirmationMismatch: "the confirmation is not the tenant's slug"
    case .notTheOwner: "this login sees one tenant at a time: log in as the owner of the tables, like `migrate`"
    case .noSuchJob: "no such rewrap job"
    case .wrongJobState(let status, let transition):
      "\(transition.name) is for a job that is \(transition.from.map(\.rawValue).joined(separator: " or ")); this one is "
        + status.rawValue
    case .jobOutdated: "a newer key version is active; the rows are its job's"
    case .noSuchPosition: "the feed has no such place"
    case .tooManyAPIKeys: "the tenant has \(APIKeyStore.capacity) API keys, and may have no more: revoke one"
    case .unknownValue(let column, let text): "the column \(column) holds the unknown value \(text)"
    }
  }
}
