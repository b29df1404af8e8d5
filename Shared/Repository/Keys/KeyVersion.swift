public import FoundationEssentials

/// One version of a tenant's master key, wrapped.
public struct KeyVersion: Sendable, Equatable {
  /// Who wraps a tenant master key.
  public enum WrapMethod: String, Sendable {
    /// The deployment's own key, `MASTER_KEY_B64`.
    case global
    /// A KMS key of the platform's.
    case operatorKMS = "operator_kms"
    /// The tenant's KMS key.
    case customerKMS = "customer_kms"
  }

  /// What a version may be used for; ``KeyVersionTransition`` says how that changes.
  public enum Status: String, Sendable, CaseIterable {
    /// New wraps use it; exactly one per tenant.
    case active
    /// It still unwraps.
    case retired
    /// Its wrapped bytes are wiped: cryptographic erasure.
    case revoked

    /// What a version begins as: it takes over at once.
    public static let initial = Status.active
  }

  /// UUIDv7.
  public let id: UUID
  /// Whose.
  public let tenantID: UUID
  /// From 0, without gaps.
  public let version: Int32
  /// What it may be used for.
  public let status: Status
  /// The wrapped key and what wrapped it; the bytes are empty once the version is revoked.
  public let wrapping: Wrapping
  /// When it became active.
  public let createdAt: Date
  /// When the next version took over, if one did.
  public let retiredAt: Date?
  /// The tenant's seal when this was read, if it had one: only who looks whether the seal still holds may unwrap then.
  public let seal: TenantSeal?

  /// Takes the members as they are.
  public init(
    id: UUID, tenantID: UUID, version: Int32, status: Status, wrapping: Wrapping, createdAt: Date, retiredAt: Date?,
    seal: TenantSeal? = nil
  ) {
    self.id = id
    self.tenantID = tenantID
    self.version = version
    self.status = status
    self.wrapping = wrapping
    self.createdAt = createdAt
    self.retiredAt = retiredAt
    self.seal = seal
  }
}

/// A wrapped tenant master key, and everything needed to unwrap it but the grant.
public struct Wrapping: Sendable, Equatable {
  /// Who wrapped it.
  public let method: KeyVersion.WrapMethod
  /// What the wrapper returned: an envelope of kind 3 under `global`, else the provider's ciphertext.
  public let wrappedKey: [UInt8]
  /// The key that wrapped it, the platform's own or the customer's; nil under `global`.
  public let provider: ProviderKey?

  /// The customer's key; nil where the platform wrapped, with a key of whatever kind.
  public var customerKey: ProviderKey? { method == .customerKMS ? provider : nil }

  /// Takes the members as they are.
  public init(method: KeyVersion.WrapMethod, wrappedKey: [UInt8], provider: ProviderKey?) {
    self.method = method
    self.wrappedKey = wrappedKey
    self.provider = provider
  }
}

/// A key version about to be stored.
public struct NewKeyVersion: Sendable, Equatable {
  /// UUIDv7.
  public let id: UUID
  /// The tenant's next version.
  public let version: Int32
  /// The wrapped key.
  public let wrapping: Wrapping

  /// Takes the members as they are.
  public init(id: UUID, version: Int32, wrapping: Wrapping) {
    self.id = id
    self.version = version
    self.wrapping = wrapping
  }
}
