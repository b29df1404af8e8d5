import Commands
public import FoundationEssentials
import Locking
public import Logging
public import Monitoring
public import Repository

/// Counts how often keys are used with random nonces, and ends that before it is unsafe.
///
/// AES-GCM with random nonces of 96 bits is good for 2^32 messages under one key (NIST SP 800-38D §8.3). Uses are reserved
/// in Postgres, in blocks that grow while a key is busy, and taken from memory: so the count of all processes together
/// may be too high by what was left of their blocks, never too low.
public final class KeyUses: Sendable {
  /// What a key is used for.
  public enum Purpose: String, Sendable, CaseIterable {
    /// A version of a tenant's master key, which wraps data keys.
    case masterKey = "master_key"
    /// A version of a transit key, which encrypts.
    case transitKey = "transit_key"
  }

  /// A key has been used as often as is safe.
  public struct Exhausted: Error, Sendable, Equatable, CustomStringConvertible {
    /// What it is used for.
    public let purpose: Purpose

    /// One sentence that says what to do.
    public var description: String {
      switch purpose {
      case .masterKey:
        "the tenant's master key has wrapped as many data keys as one version safely can: rotate it, by POST "
          + "/admin/tenant-kms/rotate"
      case .transitKey: "this version of the key has encrypted as often as it safely can: rotate the key"
      }
    }
  }

  /// The most uses of a key.
  public static let limit: Int64 = 1 << 32
  /// The uses of the first block of a key that a process reserves.
  static let firstBlock: Int64 = 1 << 10
  /// The most uses of a block.
  static let largestBlock: Int64 = 1 << 16

  /// A block has no deadline, for it is no secret and to lose one is a waste.
  private static let everlasting = Duration.seconds(Int64(1) << 40)

  private let registry: any KeyUseRegistry
  private let limit: Int64
  private let logger: Logger
  private let warnings: Counter
  private let blocks: HeldValues<Slot, Block>

  /// Creates the counter of a process.
  /// - Parameters:
  ///   - registry: where uses are reserved.
  ///   - limit: the most uses of a key; 2^32 unless told.
  ///   - metrics: count the warnings.
  ///   - logger: warned each time that a block is reserved of a key that has a tenth of its uses left, or less.
  public init(
    registry: any KeyUseRegistry, limit: Int64 = KeyUses.limit, metrics: MetricRegistry, logger: Logger
  ) {
    self.registry = registry
    self.limit = limit
    self.logger = logger
    warnings = metrics.counter(
      "tenant_kms_key_use_warnings_total",
      "Blocks of uses reserved of keys that have a tenth of theirs left, or less.", labels: ["purpose"])
    for purpose in Purpose.allCases { warnings.add(0, purpose.rawValue) }
    let start = ContinuousClock.now
    blocks = HeldValues(shards: 64, capacity: 2_048) { start.duration(to: .now) }
  }

  /// Takes uses of a key before they are made. It rarely waits: one block serves many.
  /// - Throws: ``Exhausted``; what the registry throws.
  public func take(_ count: Int64 = 1, of keyID: UUID, _ tenantID: UUID, for purpose: Purpose) async throws {
    let slot = Slot(tenantID: tenantID, keyID: keyID)
    var size = Self.firstBlock
    while true {
      let block = try await blocks.value(slot) { [size] in
        (try await reserve(max(size, count), atLeast: count, of: slot, for: purpose), deadline: Self.everlasting)
      }
      if block.take(count) { return }
      // What is left of it is too little, and lost.
      size = min(block.size * 2, Self.largestBlock)
      blocks.evict(slot) { $0 === block }
    }
  }

  private func reserve(
    _ size: Int64, atLeast count: Int64, of slot: Slot, for purpose: Purpose
  ) async throws -> Block {
    // Close to the limit, as little as will do.
    for size in [size, count] {
      guard let total = try await registry.reserve(size, of: slot.keyID, slot.tenantID, limit: limit) else { continue }
      if total >= limit - limit / 10 {
        warnings.add(1, purpose.rawValue)
        logger.warning(
          "a key nears the end of its uses: rotate it",
          metadata: [
            "purpose": "\(purpose.rawValue)", "tenant_id": .string(slot.tenantID.text),
            "key_id": .string(slot.keyID.text),
            "uses": "\(total)", "limit": "\(limit)",
          ])
      }
      return Block(size)
    }
    throw Exhausted(purpose: purpose)
  }

  private struct Slot: HeldSlot {
    let tenantID: UUID
    let keyID: UUID
  }

  /// Uses that were reserved.
  private final class Block: Sendable {
    let size: Int64
    private let left: Guarded<Int64>

    init(_ size: Int64) {
      self.size = size
      left = Guarded(size)
    }

    func take(_ count: Int64) -> Bool {
      left.withLock { left in
        guard left >= count else { return false }
        left -= count
        return true
      }
    }
  }
}
