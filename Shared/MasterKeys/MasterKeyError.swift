public import CloudKMS
public import Repository

/// Why a tenant master key isn't to be had.
public struct MasterKeyError: Error, Sendable, Equatable, CustomStringConvertible {
  /// Why.
  public enum Code: Sendable, Equatable {
    /// No row of the tenant's keys has this version.
    case noSuchVersion(Int32)
    /// The version was revoked; what it wrapped is gone for good.
    case revoked(Int32)
    /// What wrapped the key won't unwrap it now.
    case sealed(KMSFailure)
    /// A KMS key of the platform's own wrapped the key, and won't unwrap it now: the operator's to mend, and no tenant's
    /// to be sealed for.
    case platformKey(KMSFailure)
    /// The tenant is sealed, so that nobody even asks.
    case tenantSealed(TenantSeal)
    /// This process has been cut off from the others for longer than a key may be held without hearing of seals and
    /// revocations.
    case outOfTouch
  }

  /// Why.
  public let code: Code

  init(_ code: Code) { self.code = code }

  /// One sentence for the log.
  public var description: String {
    switch code {
    case .noSuchVersion(let version): "the tenant has no key version \(version)"
    case .revoked(let version): "key version \(version) was revoked"
    case .sealed(let failure): "the tenant's key can't be unwrapped: \(failure)"
    case .platformKey(let failure): "the platform's own KMS key can't be used: \(failure)"
    case .tenantSealed(let seal): "the tenant is sealed: \(seal.reason)"
    case .outOfTouch: "no seals or revocations are heard of, so no key may be held"
    }
  }
}
