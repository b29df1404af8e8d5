public import FoundationEssentials

/// A named key of a tenant under which clients encrypt without seeing it; its versions are stored apart and sealed.
public struct TransitKey: Sendable, Equatable {
  /// What a key encrypts with.
  public enum Algorithm: String, Sendable, CaseIterable {
    /// AES-256-GCM with random nonces.
    case aes256GCM = "aes256-gcm"
  }

  /// Where a key may be used.
  public enum Mode: String, Sendable, CaseIterable {
    /// Only by calls of this API.
    case cloudOnly = "cloud-only"
    /// Its owner means to hand it to agents; this version keeps that in mind, and no more.
    case bundled
  }

  /// UUIDv7.
  public let id: UUID
  /// Unique in the tenant: 1 to 128 letters, digits, `.`, `_` and `-`, the first a letter or digit.
  public let name: String
  /// What it encrypts with.
  public let algorithm: Algorithm
  /// Where it may be used.
  public let mode: Mode
  /// The version that encrypts, from 1.
  public let currentVersion: Int32
  /// Whether older versions may be destroyed.
  public let allowsDeletion: Bool
  /// For people; up to 1024 bytes.
  public let description: String?
  /// When it was created.
  public let createdAt: Date
  /// When it was last rotated or changed.
  public let updatedAt: Date
  /// Who created it, if that is known.
  public let createdBy: String?

  /// Makes a key of one version, whose older versions, when it has any, may not be destroyed.
  public init(
    id: UUID, name: String, algorithm: Algorithm = .aes256GCM, mode: Mode = .cloudOnly, description: String? = nil,
    createdAt: Date, createdBy: String? = nil
  ) {
    self.init(
      id: id, name: name, algorithm: algorithm, mode: mode, currentVersion: 1, allowsDeletion: false,
      description: description, createdAt: createdAt, updatedAt: createdAt, createdBy: createdBy)
  }

  init(
    id: UUID, name: String, algorithm: Algorithm, mode: Mode, currentVersion: Int32, allowsDeletion: Bool,
    description: String?, createdAt: Date, updatedAt: Date, createdBy: String?
  ) {
    self.id = id
    self.name = name
    self.algorithm = algorithm
    self.mode = mode
    self.currentVersion = currentVersion
    self.allowsDeletion = allowsDeletion
    self.description = description
    self.createdAt = createdAt
    self.updatedAt = updatedAt
    self.createdBy = createdBy
  }

  /// Whether a text may name a key.
  public static func isName(_ text: String) -> Bool {
    let bytes = text.utf8
    guard let first = bytes.first, bytes.count <= 128, first.isAlphanumeric else { return false }
    return bytes.allSatisfy { $0.isAlphanumeric || ".-_".utf8.contains($0) }
  }
}

extension UInt8 {
  fileprivate var isAlphanumeric: Bool {
    switch self {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
  }
}
