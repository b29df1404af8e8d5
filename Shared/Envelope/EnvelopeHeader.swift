/// The first 9 bytes of an envelope: the magic `KCT1`, its kind, and the version of the key that it is under.
///
/// Nothing vouches for a header until its envelope was opened: use it to find the key, and for nothing else.
public struct EnvelopeHeader: Hashable, Sendable {
  /// What the envelope holds.
  public let kind: EnvelopeKind
  /// The version of the key that the envelope is under; 0 for a payload.
  public let keyVersion: UInt32

  static let magic: [UInt8] = Array("KCT1".utf8)
  static let byteCount = 9

  init(kind: EnvelopeKind, keyVersion: UInt32) {
    self.kind = kind
    self.keyVersion = keyVersion
  }

  /// Reads the header of a whole envelope.
  /// - Throws: `cannotOpen` unless the magic, the kind, the key version and the length are those of an envelope.
  public init(parsing envelope: some Collection<UInt8>) throws(EnvelopeError) {
    guard envelope.count <= EnvelopeFormat.byteCount(ofPlaintext: EnvelopeFormat.maximumPlaintextByteCount) else {
      throw .cannotOpen
    }
    let bytes = Array(envelope.prefix(Self.byteCount))
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic), let kind = EnvelopeKind(rawValue: bytes[4])
    else { throw .cannotOpen }
    let keyVersion = bytes[5...].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let plaintextByteCount = envelope.count - EnvelopeFormat.overheadByteCount
    guard EnvelopeFormat.admits(plaintextByteCount, in: kind), kind != .payload || keyVersion == 0 else {
      throw .cannotOpen
    }
    self.init(kind: kind, keyVersion: keyVersion)
  }

  var bytes: [UInt8] {
    Self.magic + [kind.rawValue]
      + stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: keyVersion >> UInt32($0)) }
  }
}
